//! Taking a damaged vault as it stands for the truth, after the user has seen what is wrong and said so.
//! Deletes no record and no slot; a record that does not open stays named by every later verification.

use super::items::ItemWalk;
use super::scan::{BATCH_ROWS, handle_of};
use super::slot_rows::row_digest;
use super::state::{SlotState, State};
use super::undo::note_run;
use super::{Unlocked, Vault, VaultError};
use crate::seal::{Total, make_id};
use crate::store::{self, Damage, StoreError};
use drivekey_record::WriteId;

impl Vault<Unlocked> {
    /// Rebuilds the indexes; takes count, total and slots as they are. A write that was broken off is undone first,
    /// where undoing it gives a damaged vault.
    ///
    /// # Errors
    /// [`VaultError::Copy`] when this is not the copy that this machine knows; what any write can meet.
    pub fn repair(&mut self) -> Result<(), VaultError> {
        if let Some(doubt) = self.access.doubt {
            return Err(VaultError::Copy(doubt));
        }
        if let Some(settlement) = self.unsettled.take() {
            match settlement.settle() {
                Ok(store) => self.store = store,
                Err(error) => {
                    self.unsettled = Some(settlement);
                    return Err(error.into());
                }
            }
        }
        if self.access.state.is_none() {
            // The old state is lost: its names of slots and its marks of writes with it.
            let write = WriteId::from_bytes(make_id()?);
            self.access.state =
                Some(State::first(store::VERSION, self.access.root.recipient_text(), Vec::new(), write));
        }
        let mut session = self.begin_over_faults()?;
        let (mut total, mut count, mut handles, mut revision) =
            (Total::default(), 0_u32, session.state.handles, session.state.revision());
        // Rows that have not the form of one are in no total, and stay named by every later verification.
        let mut last = 0;
        loop {
            let batch = session.writer.reader().rows_after(last, BATCH_ROWS)?;
            last = batch.rows.last().map_or(last, handle_of);
            for row in batch.rows.into_iter().flatten() {
                total = total.plus(session.access.total_of_row(&row));
                count = count.saturating_add(1);
                // A forged row must not use up the numbers.
                if let Ok(authentic) = session.access.authenticate(row) {
                    handles = handles.max(authentic.row.handle);
                    revision = revision.max(authentic.row.revision);
                }
            }
            if batch.is_last {
                break;
            }
        }
        let mut walk = ItemWalk::new(None);
        session.state.imports.clear();
        while let Some(rows) = walk.rows(session.writer.reader())? {
            for opened in walk.open(session.access, rows) {
                // A write that changed no record raised the revision all the same, and this machine may have seen it.
                revision = revision.max(opened.row.revision);
                session.state.item_numbers = session.state.item_numbers.max(opened.number.number());
                note_run(&mut session.state.imports, &opened);
            }
        }
        (session.state.items, session.state.item_total) = (walk.count, walk.total);
        revision = session.remembered().map_or(revision, |seen| revision.max(seen));
        session.state.total = total;
        session.state.count = count;
        session.state.handles = handles;
        session.state.catch_up(revision);
        let vault = session.access.vault;
        let rows = session.writer.reader().slots()?;
        // Only after all tables were walked: an index is built of their rows, and pages that lead in a circle would not
        // end.
        if rows.more {
            return Err(StoreError::Damaged(Damage::Structure).into());
        }
        session.writer.rebuild_indexes()?;
        let before = std::mem::take(&mut session.state.slots);
        let state_of = |slot, digest: &[u8; 32]| {
            let kept = before.iter().find(|state| state.slot() == Some(slot));
            let name = kept.and_then(|state| state.name.clone());
            SlotState::new(slot, name, kept.map(|state| state.recipient.clone()).unwrap_or_default(), digest)
        };
        let present = rows.rows.iter().map(|row| state_of(row.slot, &row_digest(vault, row)));
        session.state.slots = present.chain(rows.malformed.iter().map(|row| state_of(row.slot, &row.digest))).collect();
        session.commit()?;
        self.access.faults.clear();
        self.access.slots = rows;
        Ok(())
    }
}
