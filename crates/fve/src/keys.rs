//! The keys between a secret and a volume. They wipe themselves, cannot be printed, and never leave this crate.

use aes::Aes256;
use ccm::aead::AeadInOut;
use ccm::consts::{U12, U16};
use ccm::{Ccm, KeyInit};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::bytes::u16_at;
use super::datum::{DATUM_HEADER_BYTES, Sealed};

/// The length of every key that seals another.
pub(super) const KEY_BYTES: usize = 32;
/// Datum header, method and flags come before the key.
const PAYLOAD_HEAD_BYTES: usize = DATUM_HEADER_BYTES + 4;
/// The largest payload that is decrypted. Real ones hold one key of up to 64 bytes.
const PAYLOAD_BYTES_MAX: usize = 1024;

/// A key that seals another: stretched, external, clear, or the volume's master key.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct SealingKey(Box<[u8; KEY_BYTES]>);

/// The key the sectors are encrypted with.
#[derive(ZeroizeOnDrop)]
pub(super) struct VolumeKey(Zeroizing<Vec<u8>>);

/// The content of a sealed datum.
pub(super) struct Payload(Zeroizing<Vec<u8>>);

impl SealingKey {
    /// A key of zeros, to be filled in place.
    pub(super) fn zero() -> Self {
        Self(Box::new([0; KEY_BYTES]))
    }

    /// `None` when the length is wrong.
    pub(super) fn from_slice(bytes: &[u8]) -> Option<Self> {
        let mut key = Self::zero();
        if bytes.len() != KEY_BYTES {
            return None;
        }
        key.0.copy_from_slice(bytes);
        Some(key)
    }

    pub(super) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8; KEY_BYTES] {
        &mut self.0
    }

    /// `None` when the datum was sealed with another key, or was changed.
    pub(super) fn unseal(&self, sealed: &Sealed<'_>) -> Option<Payload> {
        if !(PAYLOAD_HEAD_BYTES..=PAYLOAD_BYTES_MAX).contains(&sealed.ciphertext.len()) {
            return None;
        }
        let cipher = Ccm::<Aes256, U16, U12>::new(self.bytes().into());
        let mut text = Zeroizing::new(sealed.ciphertext.to_vec());
        cipher
            .decrypt_inout_detached(&sealed.nonce.into(), &[], text.as_mut_slice().into(), &sealed.mac.into())
            .ok()?;
        let declared = u16_at(&text, 0).map(usize::from);
        (declared == Some(text.len())).then_some(Payload(text))
    }
}

impl VolumeKey {
    pub(super) fn new(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Payload {
    pub(super) fn method(&self) -> u16 {
        u16_at(&self.0, DATUM_HEADER_BYTES).unwrap_or_default()
    }

    pub(super) fn key(&self) -> &[u8] {
        self.0.get(PAYLOAD_HEAD_BYTES..).unwrap_or_default()
    }
}
