//! A record's summary: everything but the digits, sealed for fast reading, and bound to its place and to the sealed
//! record beside it.

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{Key, KeyInit, Tag, XChaCha20Poly1305, XNonce};
use serde::Deserialize;

use super::random::make_bytes;
use super::sealed_record::{Binding, SHA256_BYTES, details_json};
use super::stack::wiped_shallow;
use super::{Root, SealError, Token};
use drivekey_record::{Details, Handle, VaultId};

const PAD_BYTES: usize = 256;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
pub(super) const PURPOSE_BYTES: usize = 16;
const SUMMARY: &[u8; PURPOSE_BYTES] = b"drivekey/1/summ\0";
const STATE: &[u8; PURPOSE_BYTES] = b"drivekey/1/state";

/// What a list shows of a record without unsealing the record itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The record's permanent handle.
    pub handle: Handle,
    /// The token of its digits, so that the index can be checked without the digits.
    pub digits_token: Token,
    /// Everything but the digits.
    pub details: Details,
}

#[derive(Deserialize)]
struct Wire {
    handle: Handle,
    #[serde(rename = "digitsToken")]
    digits_token: Token,
    details: Details,
}

/// A sealed summary: nonce, ciphertext, tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSummary(Vec<u8>);

impl SealedSummary {
    /// Makes it from bytes in a store.
    #[must_use]
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes for a store.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes for a store, without a copy.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Seals a summary for its place, bound to the sealed record with this SHA-256.
    ///
    /// # Errors
    /// [`SealError::Random`] if the system gives no nonce.
    pub fn seal(
        root: &Root,
        binding: Binding,
        sealed_sha256: &[u8; SHA256_BYTES],
        summary: &Summary,
    ) -> Result<Self, SealError> {
        let details = details_json(&summary.details)?;
        let token = String::from(summary.digits_token);
        let text = format!(r#"{{"handle":"{}","digitsToken":"{token}","details":{details}}}"#, summary.handle);
        seal_bytes(&root.summary_key, text.into_bytes(), PAD_BYTES, &summary_aad(binding, sealed_sha256)).map(Self)
    }

    /// Unseals a summary in its place.
    ///
    /// # Errors
    /// [`SealError::DoesNotOpen`] if any byte, the place or the bound sealed record differs.
    pub fn unseal(
        &self,
        root: &Root,
        binding: Binding,
        sealed_sha256: &[u8; SHA256_BYTES],
    ) -> Result<Summary, SealError> {
        let text = unseal_bytes(&root.summary_key, &self.0, &summary_aad(binding, sealed_sha256))?;
        let wire: Wire = serde_json::from_slice(&text).map_err(|_| SealError::Malformed)?;
        Ok(Summary { handle: wire.handle, digits_token: wire.digits_token, details: wire.details })
    }
}

/// All fields have a fixed length, so that no two places give the same bytes.
fn summary_aad(binding: Binding, sealed_sha256: &[u8; SHA256_BYTES]) -> Vec<u8> {
    [
        SUMMARY.as_slice(),
        binding.vault.as_bytes(),
        binding.record.as_bytes(),
        &binding.revision.number().to_be_bytes(),
        sealed_sha256,
    ]
    .concat()
}

pub(super) fn state_aad(vault: VaultId) -> Vec<u8> {
    [STATE.as_slice(), vault.as_bytes()].concat()
}

/// Encrypts space-padded JSON with XChaCha20-Poly1305. Returns nonce, ciphertext and tag.
pub(super) fn seal_bytes(
    key: &[u8; 32],
    mut text: Vec<u8>,
    pad_bytes: usize,
    aad: &[u8],
) -> Result<Vec<u8>, SealError> {
    text.resize(text.len().next_multiple_of(pad_bytes), b' ');
    let nonce = make_bytes::<NONCE_BYTES>()?;
    let mut sealed = Vec::with_capacity(NONCE_BYTES + text.len() + TAG_BYTES);
    sealed.extend_from_slice(&nonce);
    sealed.append(&mut text);
    let tag = wiped_shallow(|| {
        let cipher = XChaCha20Poly1305::new(&Key::from(*key));
        cipher.encrypt_inout_detached(&XNonce::from(nonce), aad, (&mut sealed[NONCE_BYTES..]).into())
    })
    .map_err(|_| SealError::TooLarge)?;
    sealed.extend_from_slice(&tag);
    Ok(sealed)
}

pub(super) fn unseal_bytes(key: &[u8; 32], sealed: &[u8], aad: &[u8]) -> Result<Vec<u8>, SealError> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(SealError::DoesNotOpen)?;
    let (body, tag) = rest.split_last_chunk::<TAG_BYTES>().ok_or(SealError::DoesNotOpen)?;
    let mut text = body.to_vec();
    wiped_shallow(|| {
        let cipher = XChaCha20Poly1305::new(&Key::from(*key));
        cipher.decrypt_inout_detached(&XNonce::from(*nonce), aad, text.as_mut_slice().into(), &Tag::from(*tag))
    })
    .map_err(|_| SealError::DoesNotOpen)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use drivekey_record::{RecordId, Revision};

    #[test]
    fn a_summary_opens_only_in_its_place_and_beside_its_record() {
        let place = Binding {
            vault: VaultId::from_bytes([1; 16]),
            record: RecordId::from_bytes([2; 16]),
            revision: Revision::FIRST,
        };
        let root = Root::make(place.vault).unwrap();
        let summary = Summary {
            handle: Handle::new(1).unwrap(),
            digits_token: Token::from_bytes([3; 16]),
            details: Details { note: "Küche".parse().ok(), ..Details::default() },
        };
        let sealed = SealedSummary::seal(&root, place, &[5; 32], &summary).unwrap();
        assert_eq!(sealed.unseal(&root, place, &[5; 32]), Ok(summary));
        assert_eq!((sealed.as_bytes().len() - NONCE_BYTES - TAG_BYTES) % PAD_BYTES, 0);
        for (binding, beside) in [
            (place, [6; 32]),
            (Binding { record: RecordId::from_bytes([3; 16]), ..place }, [5; 32]),
            (Binding { revision: Revision::new(2).unwrap(), ..place }, [5; 32]),
            (Binding { vault: VaultId::from_bytes([2; 16]), ..place }, [5; 32]),
        ] {
            assert_eq!(sealed.unseal(&root, binding, &beside), Err(SealError::DoesNotOpen));
        }
        for at in 0..sealed.as_bytes().len() {
            let mut bytes = sealed.as_bytes().to_vec();
            bytes[at] ^= 1;
            assert_eq!(
                SealedSummary::from_bytes(bytes).unseal(&root, place, &[5; 32]),
                Err(SealError::DoesNotOpen),
                "byte {at}"
            );
        }
        for length in 0..sealed.as_bytes().len() {
            let cut = SealedSummary::from_bytes(sealed.as_bytes()[..length].to_vec());
            assert_eq!(cut.unseal(&root, place, &[5; 32]), Err(SealError::DoesNotOpen), "cut at {length}");
        }
    }
}
