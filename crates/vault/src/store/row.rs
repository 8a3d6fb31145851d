//! The rows of a store, as plain data.

use drivekey_record::{ID_BYTES, RecordId, Revision, SlotId, VaultId};

/// Bytes of a SHA-256.
const SHA256_BYTES: usize = 32;

/// The tokens of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowTokens {
    /// Of the device.
    pub device: Option<[u8; ID_BYTES]>,
    /// Of the device and the volume type together.
    pub device_type: Option<[u8; ID_BYTES]>,
    /// Of the complete Key ID.
    pub key_id: Option<[u8; ID_BYTES]>,
    /// Of its first eight characters.
    pub prefix: Option<[u8; ID_BYTES]>,
    /// Of its first eight characters, with look-alikes folded.
    pub folded_prefix: Option<[u8; ID_BYTES]>,
    /// Of the digits.
    pub digits: [u8; ID_BYTES],
}

impl RowTokens {
    /// The token in a column.
    #[must_use]
    pub const fn in_column(&self, column: TokenColumn) -> Option<&[u8; ID_BYTES]> {
        match column {
            TokenColumn::Device => self.device.as_ref(),
            TokenColumn::DeviceType => self.device_type.as_ref(),
            TokenColumn::KeyId => self.key_id.as_ref(),
            TokenColumn::Prefix => self.prefix.as_ref(),
            TokenColumn::FoldedPrefix => self.folded_prefix.as_ref(),
            TokenColumn::Digits => Some(&self.digits),
        }
    }
}

/// A record's row without the sealed record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    /// The number of its handle, from 1.
    pub handle: u32,
    /// Its random ID.
    pub record: RecordId,
    /// The revision in which it was written.
    pub revision: Revision,
    /// SHA-256 of the sealed record.
    pub sealed_sha256: [u8; SHA256_BYTES],
    /// The sealed summary.
    pub summary: Vec<u8>,
    /// Its tokens.
    pub tokens: RowTokens,
}

/// A new record's row with its sealed record.
#[derive(Debug, Clone, Copy)]
pub struct NewRecord<'a> {
    /// The row.
    pub row: &'a RecordRow,
    /// The sealed record.
    pub sealed: &'a [u8],
}

/// The first rows of a new vault.
#[derive(Debug, Clone, Copy)]
pub struct FirstRows<'a> {
    /// The vault's ID.
    pub vault: VaultId,
    /// Its sealed state.
    pub state: &'a [u8],
    /// Its keyslots.
    pub slots: &'a [SlotRow],
}

/// An item's row without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRow {
    /// Its number, from 1.
    pub number: u32,
    /// Its random ID.
    pub item: RecordId,
    /// The revision in which it was written.
    pub revision: Revision,
    /// SHA-256 of its sealed content; of the empty string if it has none.
    pub content_sha256: [u8; SHA256_BYTES],
    /// Its sealed metadata.
    pub summary: Vec<u8>,
}

/// A keyslot's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotRow {
    /// Its ID.
    pub slot: SlotId,
    /// The number of its kind; 1 is a passphrase.
    pub kind: u32,
    /// Memory of the key derivation, in KiB.
    pub memory_kib: u32,
    /// Passes of the key derivation.
    pub passes: u32,
    /// Lanes of the key derivation.
    pub lanes: u32,
    /// Its salt.
    pub salt: [u8; ID_BYTES],
    /// Its check value.
    pub check_value: [u8; ID_BYTES],
    /// The wrapped root.
    pub wrapped: Vec<u8>,
    /// SHA-256 over the slot.
    pub checksum: [u8; SHA256_BYTES],
}

/// The next rows of a table that is read in batches.
#[derive(Debug)]
pub struct RowBatch<T> {
    /// Each row, or the number of a malformed row.
    pub rows: Vec<Result<T, u32>>,
    /// Whether the table has no more rows.
    pub is_last: bool,
}

/// The keyslots in a store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SlotRows {
    /// The slots, by ID.
    pub rows: Vec<SlotRow>,
    /// The malformed rows.
    pub malformed: Vec<MalformedSlot>,
    /// Whether there are more rows than were read.
    pub more: bool,
}

/// A malformed keyslot row. It opens nothing, and does not hide any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MalformedSlot {
    /// Its ID; made from the digest if the row has none.
    pub slot: SlotId,
    /// SHA-256 over the whole row.
    pub digest: [u8; SHA256_BYTES],
}

/// The columns that can be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenColumn {
    /// The device.
    Device,
    /// The device and the volume type together.
    DeviceType,
    /// The complete Key ID.
    KeyId,
    /// Its first eight characters.
    Prefix,
    /// Its first eight characters, with look-alikes folded.
    FoldedPrefix,
    /// The digits.
    Digits,
}

impl TokenColumn {
    /// All columns.
    pub const ALL: [Self; 6] =
        [Self::Device, Self::DeviceType, Self::KeyId, Self::Prefix, Self::FoldedPrefix, Self::Digits];
}
