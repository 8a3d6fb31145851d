//! The result of opening a store: the store, or two versions of it, of which the vault chooses.

use super::{Store, StoreError};

/// The result of opening a store.
pub enum Opened {
    /// The store, ready for reading.
    Store(Box<dyn Store>),
    /// A write was interrupted, and the engine cannot be trusted to undo it: it must be judged first whether the result
    /// is this vault. A database that recovers from its own log never returns this.
    Interrupted(Interrupted),
}

/// A vault whose last write was interrupted. Nothing was changed in its place.
pub struct Interrupted {
    /// A copy with the write undone.
    pub undone: Box<dyn Store>,
    /// A copy of the vault as it stands, without the journal; an error if that is not a sound vault.
    pub standing: Result<Box<dyn Store>, StoreError>,
    /// Undoes the write in the vault's place.
    pub settlement: Box<dyn Settlement>,
}

/// The right to undo an interrupted write in the vault's place, with exactly what was tried on the copy.
pub trait Settlement: Send {
    /// Undoes the write, after its result on the copy was judged, and opens the store.
    ///
    /// # Errors
    /// [`StoreError::UnfinishedOnReadOnly`] if nothing can be written; the copy is as good for reading.
    /// [`StoreError::UnfinishedWrite`] if another write was interrupted meanwhile, [`StoreError::Beside`] if other
    /// files are refused besides the journal.
    fn settle(&self) -> Result<Box<dyn Store>, StoreError>;
}
