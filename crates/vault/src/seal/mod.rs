//! The cryptography, behind one interface: callers choose a purpose, never an algorithm.

mod bundle;
mod calibrate;
mod error;
mod item;
mod kdf;
mod keyslot;
mod kit;
mod random;
mod root;
mod sealed_record;
mod slot_kind;
mod stack;
mod state;
mod summary;
mod token;
mod total;

pub use bundle::{
    BundleAsks, BundleError, BundleIdentity, BundleKey, BundleLock, BundleRecipient, bundle_asks, open_bundle,
    seal_bundle,
};
pub use calibrate::calibrate;
pub use error::SealError;
pub use item::{SealedItem, seal_content, unseal_content};
pub use kdf::{KdfCost, KdfError, KdfLimits};
pub use keyslot::{CHECK_BYTES, MadeSlot, PassphraseSlot, SALT_BYTES, SlotBody, SlotError, SlotOpening, slot_checksum};
pub use kit::{KitError, KitIdentity, KitSlot};
pub use random::{RandomError, make_id, make_number_below};
pub use root::{FINGERPRINT_BYTES, Fingerprint, Root};
pub use sealed_record::{Binding, SHA256_BYTES, SealedRecord, sha256};
pub use slot_kind::SlotKind;
pub use summary::{SealedSummary, Summary};
pub use token::{TOKEN_BYTES, Token, Tokens};
pub use total::{Total, TotalError, TotalItem};
