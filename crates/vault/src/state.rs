//! The content of the sealed state row: revision, count, running total, and the slots as they must be.

use serde::{Deserialize, Serialize};

use super::CopyDoubt;
use crate::seal::Total;
use drivekey_record::{ItemNumber, LineText, Revision, SlotId, WriteId};

/// How many write IDs are kept, to tell an older copy from a forked one.
const RECENT_WRITES: usize = 128;

/// The state of a vault after its latest write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct State {
    pub(super) schema_version: u32,
    revision: u32,
    /// The IDs of the recent writes, oldest first. The last belongs to `revision`.
    writes: Vec<String>,
    pub(super) count: u32,
    /// The number of handles assigned so far.
    pub(super) handles: u32,
    pub(super) total: Total,
    /// The number of items.
    pub(super) items: u32,
    /// The number of item numbers assigned so far.
    pub(super) item_numbers: u32,
    /// The running total of the items.
    pub(super) item_total: Total,
    /// The journals of imports, oldest first.
    pub(super) imports: Vec<ImportRun>,
    /// The root's recipient.
    pub(super) recipient: String,
    pub(super) slots: Vec<SlotState>,
    #[serde(flatten)]
    unknown: serde_json::Map<String, serde_json::Value>,
}

/// The items of one import's journal, with consecutive numbers: the first number, and how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ImportRun(pub(super) ItemNumber, pub(super) u32);

/// A keyslot as it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SlotState {
    slot: String,
    pub(super) name: Option<LineText>,
    /// Its recipient, so that a new root can be wrapped for it.
    pub(super) recipient: String,
    /// SHA-256 over the whole row, in hex.
    digest: String,
}

impl State {
    pub(super) fn first(schema_version: u32, recipient: String, slots: Vec<SlotState>, write: WriteId) -> Self {
        Self {
            schema_version,
            revision: Revision::FIRST.number(),
            writes: vec![write.to_string()],
            count: 0,
            handles: 0,
            total: Total::default(),
            items: 0,
            item_numbers: 0,
            item_total: Total::default(),
            imports: Vec::new(),
            recipient,
            slots,
            unknown: serde_json::Map::new(),
        }
    }

    pub(super) fn revision(&self) -> Revision {
        Revision::new(self.revision).unwrap_or(Revision::FIRST)
    }

    /// The ID of the latest write.
    pub(super) fn write_id(&self) -> Option<WriteId> {
        self.writes.last().and_then(|text| WriteId::from_hex(text))
    }

    /// The ID of an earlier revision's write; `None` if it is no longer kept.
    pub(super) fn write_of(&self, revision: Revision) -> Option<WriteId> {
        let back = usize::try_from(self.revision.checked_sub(revision.number())?).ok()?;
        let at = self.writes.len().checked_sub(back + 1)?;
        self.writes.get(at).and_then(|text| WriteId::from_hex(text))
    }

    /// Why this may not descend from a write that was seen. Also `None` if the write IDs do not reach back far enough.
    pub(super) fn doubt_since(&self, known: u32, write: WriteId) -> Option<CopyDoubt> {
        let found = self.revision;
        match Revision::new(known).and_then(|revision| self.write_of(revision)) {
            Some(seen) if seen == write => None,
            Some(_) => Some(CopyDoubt::Forked { found, known }),
            None if found < known => Some(CopyDoubt::Older { found, known }),
            None => None,
        }
    }

    /// Continues from at least this revision if the IDs of the writes before it are lost.
    pub(super) fn catch_up(&mut self, revision: Revision) {
        if self.revision() < revision {
            self.revision = revision.number();
            self.writes.clear();
        }
    }

    /// Advances to the next revision; `None` if the numbers are used up.
    pub(super) fn advance(&mut self, write: WriteId) -> Option<()> {
        self.revision = self.revision().next()?.number();
        self.writes.push(write.to_string());
        let surplus = self.writes.len().saturating_sub(RECENT_WRITES);
        self.writes.drain(..surplus);
        Some(())
    }
}

impl SlotState {
    pub(super) fn new(slot: SlotId, name: Option<LineText>, recipient: String, digest: &[u8; 32]) -> Self {
        Self { slot: slot.to_string(), name, recipient, digest: hex(digest) }
    }

    pub(super) fn slot(&self) -> Option<SlotId> {
        SlotId::from_hex(&self.slot)
    }

    pub(super) fn has_digest(&self, digest: &[u8; 32]) -> bool {
        self.digest == hex(digest)
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recent_writes_are_found_and_old_ones_are_not() {
        let mark = |n: u8| WriteId::from_bytes([n; 16]);
        let mut state = State::first(1, String::new(), Vec::new(), mark(1));
        for n in 2..=200 {
            state.advance(mark(n)).unwrap();
        }
        assert_eq!(state.revision().number(), 200);
        assert_eq!(state.write_id(), Some(mark(200)));
        assert_eq!(state.write_of(Revision::new(200).unwrap()), Some(mark(200)));
        assert_eq!(state.write_of(Revision::new(73).unwrap()), Some(mark(73)));
        assert_eq!(state.write_of(Revision::new(72).unwrap()), None);
        assert_eq!(state.write_of(Revision::new(201).unwrap()), None);
    }
}
