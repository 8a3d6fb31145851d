//! The rows as they stand in the store. Plain data without meaning.

use drivekey_record::{ID_BYTES, RecordId, Revision, SlotId, VaultId};

/// Bytes of a token and of a SHA-256.
const SHA256_BYTES: usize = 32;

/// The tokens of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowTokens {
    /// Of the device.
    pub device: Option<[u8; ID_BYTES]>,
    /// Of the device and the volume type together.
    pub device_type: Option<[u8; ID_BYTES]>,
    /// Of the whole Key ID.
    pub key_id: Option<[u8; ID_BYTES]>,
    /// Of its beginning.
    pub prefix: Option<[u8; ID_BYTES]>,
    /// Of its beginning, folded.
    pub folded_prefix: Option<[u8; ID_BYTES]>,
    /// Of the digits.
    pub digits: [u8; ID_BYTES],
}

impl RowTokens {
    /// The token in one column.
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
    /// Its random name.
    pub record: RecordId,
    /// The revision that wrote it.
    pub revision: Revision,
    /// SHA-256 of the sealed record.
    pub sealed_sha256: [u8; SHA256_BYTES],
    /// The sealed summary.
    pub summary: Vec<u8>,
    /// Its tokens.
    pub tokens: RowTokens,
}

/// A record's row with its sealed record, to be added.
#[derive(Debug, Clone, Copy)]
pub struct NewRecord<'a> {
    /// The row.
    pub row: &'a RecordRow,
    /// The sealed record.
    pub sealed: &'a [u8],
}

/// What a new vault begins with.
#[derive(Debug, Clone, Copy)]
pub struct FirstRows<'a> {
    /// The vault's name.
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
    /// Its random name.
    pub item: RecordId,
    /// The revision that wrote it.
    pub revision: Revision,
    /// SHA-256 of its content; of nothing where it has none.
    pub content_sha256: [u8; SHA256_BYTES],
    /// What is known of it, sealed.
    pub summary: Vec<u8>,
}

/// A keyslot's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotRow {
    /// Its name.
    pub slot: SlotId,
    /// What opens it; 1 is a passphrase.
    pub kind: u32,
    /// Memory of the key derivation in KiB.
    pub memory_kib: u32,
    /// Its passes.
    pub passes: u32,
    /// Its lanes.
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

/// The next rows of a table that is read in parts.
#[derive(Debug)]
pub struct RowBatch<T> {
    /// Each row, or the number of one that has not the form of a row.
    pub rows: Vec<Result<T, u32>>,
    /// Whether there are no more behind them.
    pub is_last: bool,
}

/// The keyslots of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SlotRows {
    /// By name.
    pub rows: Vec<SlotRow>,
    /// Rows that have not the form of a slot.
    pub malformed: Vec<MalformedSlot>,
    /// Whether there are more than were read.
    pub more: bool,
}

/// A row among the keyslots that has not the form of one. It opens nothing, and shuts out no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MalformedSlot {
    /// Its name; made of the digest where the row has none.
    pub slot: SlotId,
    /// SHA-256 over all of the row.
    pub digest: [u8; SHA256_BYTES],
}

/// What can be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenColumn {
    /// The device.
    Device,
    /// The device and the volume type together.
    DeviceType,
    /// The whole Key ID.
    KeyId,
    /// Its first eight characters.
    Prefix,
    /// Its first eight characters, folded.
    FoldedPrefix,
    /// The digits.
    Digits,
}

impl TokenColumn {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Device, Self::DeviceType, Self::KeyId, Self::Prefix, Self::FoldedPrefix, Self::Digits];
}
