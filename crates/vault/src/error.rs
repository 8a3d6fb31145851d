//! Why a vault did not do what it was asked. Data only; the sentences are made elsewhere.

use super::{CopyDoubt, Fault};
use crate::seal::{KdfError, RandomError, SealError, SlotError};
use crate::store::StoreError;
use drivekey_record::{Handle, ItemNumber, KeyKind};

/// Why a vault did not do it.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The file.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key derivation.
    #[error(transparent)]
    Kdf(#[from] KdfError),
    /// Sealing.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The passphrase opens no slot, and the slots are as they were written.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// The kit opens no slot of this vault.
    #[error("wrong kit")]
    WrongKit,
    /// No slot opened, and at least one is damaged: the passphrase may be right.
    #[error("a keyslot is damaged")]
    SlotDamaged,
    /// The passphrase is right for a slot that someone changed.
    #[error("a keyslot was changed")]
    SlotTampered,
    /// No slot with this name.
    #[error("no such keyslot")]
    NoSuchSlot,
    /// Keyslots that were not tried: they are too many, or cost too much together. None of the others opened.
    #[error("{left_out} keyslots were not tried")]
    SlotsNotTried {
        /// How many.
        left_out: usize,
    },
    /// Another process wrote again and again while this was read.
    #[error("the vault was changed meanwhile")]
    ChangedMeanwhile,
    /// Something inside is not as it was written.
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
    /// The record's key is of another kind: nothing but a recovery password can be tried on a drive.
    #[error("{0} is of the kind {1}")]
    NoRecoveryPassword(Handle, KeyKind),
    /// All numbers are given out.
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
