//! An item beside the records: its metadata, sealed and bound to its place, and an attachment's bytes as an age file
//! that the stock age program opens.

use zeroize::Zeroizing;

use super::sealed_record::{Binding, SHA256_BYTES, age_seal, age_unseal};
use super::summary::{PURPOSE_BYTES, seal_bytes, unseal_bytes};
use super::{Root, SealError, sha256};
use drivekey_record::{Item, ItemNumber};

const ITEM: &[u8; PURPOSE_BYTES] = b"drivekey/1/item\0";
const PAD_BYTES: usize = 256;
/// No honest item comes near this. The journal of a large import fills several items.
const ITEM_CEILING_BYTES: usize = 3 * 1024 * 1024;

/// The sealed metadata of an item: nonce, ciphertext, tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedItem(Vec<u8>);

impl SealedItem {
    /// Makes it from bytes in a store.
    #[must_use]
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes for a store.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Seals an item for its place, bound to the content with this SHA-256.
    ///
    /// # Errors
    /// [`SealError::TooLarge`] beyond a size that no honest item reaches; [`SealError::Random`] if the system gives no
    /// nonce.
    pub fn seal(
        root: &Root,
        binding: Binding,
        content_sha256: &[u8; SHA256_BYTES],
        number: ItemNumber,
        item: &Item,
    ) -> Result<Self, SealError> {
        let text = serde_json::to_vec(item).map_err(|_| SealError::Malformed)?;
        if text.len() > ITEM_CEILING_BYTES {
            return Err(SealError::TooLarge);
        }
        seal_bytes(&root.item_key, text, PAD_BYTES, &item_aad(binding, content_sha256, number)).map(Self)
    }

    /// Opens an item in its place.
    ///
    /// # Errors
    /// [`SealError::DoesNotOpen`] if any byte, the place or the bound content differs.
    pub fn unseal(
        &self,
        root: &Root,
        binding: Binding,
        content_sha256: &[u8; SHA256_BYTES],
        number: ItemNumber,
    ) -> Result<Item, SealError> {
        let text = unseal_bytes(&root.item_key, &self.0, &item_aad(binding, content_sha256, number))?;
        serde_json::from_slice(&text).map_err(|_| SealError::Malformed)
    }
}

/// All fields have a fixed length, so that no two places give the same bytes.
fn item_aad(binding: Binding, content_sha256: &[u8; SHA256_BYTES], number: ItemNumber) -> Vec<u8> {
    let (revision, number) = (binding.revision.number().to_be_bytes(), number.number().to_be_bytes());
    [ITEM.as_slice(), binding.vault.as_bytes(), binding.record.as_bytes(), &revision, &number, content_sha256].concat()
}

/// Encrypts an attachment's bytes, unchanged, as an age file to the root's recipient.
///
/// # Errors
/// Never [`SealError::Malformed`], because the recipient is the root's own.
pub fn seal_content(root: &Root, bytes: &[u8]) -> Result<Vec<u8>, SealError> {
    age_seal(root.recipient(), bytes)
}

/// Decrypts an attachment whose SHA-256 its item is bound to.
///
/// # Errors
/// [`SealError::DoesNotOpen`] if it has another SHA-256, or was not encrypted to this root.
pub fn unseal_content(
    root: &Root,
    sealed: &[u8],
    content_sha256: &[u8; SHA256_BYTES],
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    if sha256(sealed) != *content_sha256 {
        return Err(SealError::DoesNotOpen);
    }
    age_unseal(root.identity(), sealed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use drivekey_record::{CopyInfo, CopyKind, HandleSet, RecordId, Revision, VaultId};

    #[test]
    fn an_item_opens_only_in_its_place() {
        let place = Binding {
            vault: VaultId::from_bytes([1; 16]),
            record: RecordId::from_bytes([2; 16]),
            revision: Revision::FIRST,
        };
        let root = Root::make(place.vault).unwrap();
        let item = Item::Copy(CopyInfo {
            copy: CopyKind::Stick,
            name: None,
            place: "E:".parse().unwrap(),
            made_date_time: chrono::DateTime::UNIX_EPOCH,
            revision: 3,
            records: HandleSet::default(),
            slot: None,
            checked_date_time: None,
            destroyed_date_time: None,
        });
        let (one, two) = (ItemNumber::new(1).unwrap(), ItemNumber::new(2).unwrap());
        let sealed = SealedItem::seal(&root, place, &[5; 32], one, &item).unwrap();
        assert_eq!(sealed.unseal(&root, place, &[5; 32], one), Ok(item));
        for (binding, beside, number) in [
            (place, [6; 32], one),
            (place, [5; 32], two),
            (Binding { record: RecordId::from_bytes([3; 16]), ..place }, [5; 32], one),
            (Binding { revision: Revision::new(2).unwrap(), ..place }, [5; 32], one),
            (Binding { vault: VaultId::from_bytes([2; 16]), ..place }, [5; 32], one),
        ] {
            assert_eq!(sealed.unseal(&root, binding, &beside, number), Err(SealError::DoesNotOpen));
        }
    }

    #[test]
    fn content_comes_back_byte_for_byte_and_only_as_it_was_sealed() {
        let root = Root::make(VaultId::from_bytes([1; 16])).unwrap();
        let bytes: Vec<u8> = (0..=255).collect();
        let sealed = seal_content(&root, &bytes).unwrap();
        assert_eq!(unseal_content(&root, &sealed, &sha256(&sealed)).map(|bytes| bytes.to_vec()), Ok(bytes));
        assert_eq!(unseal_content(&root, &sealed, &[0; 32]), Err(SealError::DoesNotOpen));
    }
}
