//! What opening a store gives: the store, or two ways to read it, of which the vault judges which one is its own.

use super::{Store, StoreError};

/// What opening a store gave.
pub enum Opened {
    /// The store, ready to be read.
    Store(Box<dyn Store>),
    /// A write was broken off and the engine itself does not answer for undoing it: whether what comes out is this
    /// vault must be judged first. A database that recovers by its own log never gives this.
    Interrupted(Interrupted),
}

/// A vault whose last write was broken off. Nothing was changed where it is kept.
pub struct Interrupted {
    /// A copy with the write undone.
    pub undone: Box<dyn Store>,
    /// A copy as the vault stands, without what would undo the write; an error where that is no sound vault.
    pub standing: Result<Box<dyn Store>, StoreError>,
    /// What undoes the write where the vault is kept.
    pub settlement: Box<dyn Settlement>,
}

/// The right to undo a broken-off write where the vault is kept, by what was tried on the copy and by nothing else.
pub trait Settlement: Send {
    /// Undoes the write, after what came of it on the copy was judged, and opens the store.
    ///
    /// # Errors
    /// [`StoreError::UnfinishedOnReadOnly`] where nothing can be written: the copy is as good for reading.
    /// [`StoreError::UnfinishedWrite`] where another write was broken off meanwhile, [`StoreError::Beside`] where more
    /// is refused than the write's own.
    fn settle(&self) -> Result<Box<dyn Store>, StoreError>;
}
