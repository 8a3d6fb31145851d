//! Faults inside a vault that opened: which record or slot, and what is wrong. Data only.

use drivekey_record::{Handle, SlotId};

/// One thing that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The record, if the fault is that of one record.
    pub handle: Option<Handle>,
    /// What is wrong.
    pub kind: FaultKind,
}

/// The kinds of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The sealed state does not open: it was damaged or replaced.
    State,
    /// A keyslot is not as it was written.
    SlotChanged(SlotId),
    /// A keyslot is gone.
    SlotMissing(SlotId),
    /// There is a keyslot that the state does not list.
    SlotAdded(SlotId),
    /// There are more keyslots than a vault can have.
    TooManySlots,
    /// A record's row is malformed.
    Row,
    /// A record's summary does not open in its place: it was changed, moved or replaced.
    Summary,
    /// A record's summary names another record.
    Handle,
    /// A record's tokens in the index do not match it.
    Tokens,
    /// A record was written by a revision that the vault has not reached.
    Revision,
    /// A record's sealed blob is gone.
    SealedMissing,
    /// A record's sealed blob is not the one that its summary is bound to.
    SealedChanged,
    /// A record's sealed blob does not open.
    Sealed,
    /// A record's sealed blob contradicts its summary.
    DetailsDiffer,
    /// There are more or fewer records than were written.
    Count {
        /// Records written.
        expected: u32,
        /// Records found.
        found: u32,
    },
    /// Records were replaced or rolled back. The total does not tell which ones.
    Total,
    /// An attachment, a copy's entry or an import's journal does not open in its place.
    Item(u32),
    /// An attachment's bytes are gone or are not those that were sealed.
    Content(u32),
    /// There are more or fewer items than were written, or some were rolled back.
    Items,
    /// The engine's own structures, such as pages and indexes, are inconsistent.
    Structure,
}

impl Fault {
    pub(super) const fn of(handle: Handle, kind: FaultKind) -> Self {
        Self { handle: Some(handle), kind }
    }

    pub(super) const fn whole(kind: FaultKind) -> Self {
        Self { handle: None, kind }
    }
}
