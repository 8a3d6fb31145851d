//! What is found to be wrong inside a vault that opened: which record or slot, and how. Data only.

use drivekey_record::{Handle, SlotId};

/// One thing that is not as this program wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The record, where it is one record's fault.
    pub handle: Option<Handle>,
    /// What is wrong.
    pub kind: FaultKind,
}

/// The ways in which a vault can differ from what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The sealed state does not open: it was damaged or exchanged.
    State,
    /// A keyslot is not the one that was written.
    SlotChanged(SlotId),
    /// A keyslot is gone.
    SlotMissing(SlotId),
    /// A keyslot was added from outside.
    SlotAdded(SlotId),
    /// There are more keyslots than a vault can have.
    TooManySlots,
    /// A record's row has not the form it must have.
    Row,
    /// A record's summary does not open in its place: changed, moved or exchanged.
    Summary,
    /// A record's summary names another record.
    Handle,
    /// A record's index entries are not its own.
    Tokens,
    /// A record was written by a revision that the vault has not reached.
    Revision,
    /// A record's sealed blob is gone.
    SealedMissing,
    /// A record's sealed blob is not the one its summary is bound to.
    SealedChanged,
    /// A record's sealed blob does not open.
    Sealed,
    /// A record's sealed blob says otherwise than its summary.
    DetailsDiffer,
    /// There are more or fewer records than were written.
    Count {
        /// Records written.
        expected: u32,
        /// Records found.
        found: u32,
    },
    /// Records are older than, or other than, those that were written; the sum names none.
    Total,
    /// An attachment, a copy's entry or an import's journal does not open in its place.
    Item(u32),
    /// An attachment's bytes are gone, or not those that were sealed.
    Content(u32),
    /// There are more or fewer items than were written, or older ones.
    Items,
    /// What the engine keeps for itself, as pages and indexes, does not hang together.
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
