//! Errors of a vault, as data. Their messages are made elsewhere.

use super::{CopyDoubt, Fault};
use crate::seal::{KdfError, RandomError, SealError, SlotError};
use crate::store::StoreError;
use drivekey_record::{Handle, ItemNumber, KeyKind};

/// Why the vault did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key derivation failed.
    #[error(transparent)]
    Kdf(#[from] KdfError),
    /// Sealing or unsealing failed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The passphrase opens no slot, and all slots are as they were written.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// The kit opens no slot of this vault.
    #[error("wrong kit")]
    WrongKit,
    /// No slot opened, and at least one is damaged, so the passphrase may be right.
    #[error("a keyslot is damaged")]
    SlotDamaged,
    /// The passphrase is right for a slot that was tampered with.
    #[error("a keyslot was changed")]
    SlotTampered,
    /// There is no slot with this ID.
    #[error("no such keyslot")]
    NoSuchSlot,
    /// Some keyslots were not tried because they are too many or too expensive together. None of the others opened.
    #[error("{left_out} keyslots were not tried")]
    SlotsNotTried {
        /// The number of slots that were not tried.
        left_out: usize,
    },
    /// Other processes kept writing during the read.
    #[error("the vault was changed meanwhile")]
    ChangedMeanwhile,
    /// Something in the vault is not as it was written.
    #[error("{} faults", .0.len())]
    Faults(Vec<Fault>),
    /// This is not the copy that this machine knows.
    #[error("another copy: {0:?}")]
    Copy(CopyDoubt),
    /// No record has this handle.
    #[error("no record {0}")]
    NoSuchRecord(Handle),
    /// No attachment or copy has this number.
    #[error("no item {0}")]
    NoSuchItem(ItemNumber),
    /// The key is of another kind. Only a recovery password can be tried on a drive.
    #[error("{0} is of the kind {1}")]
    NoRecoveryPassword(Handle, KeyKind),
    /// All numbers are used up.
    #[error("the vault is full")]
    Full,
}

impl From<RandomError> for VaultError {
    fn from(error: RandomError) -> Self {
        Self::Seal(error.into())
    }
}

impl From<SlotError> for VaultError {
    fn from(error: SlotError) -> Self {
        match error {
            SlotError::Kdf(error) => Self::Kdf(error),
            SlotError::Seal(error) => Self::Seal(error),
            SlotError::Random(error) => error.into(),
        }
    }
}
