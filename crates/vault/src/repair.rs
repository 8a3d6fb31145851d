//! Repair: accepts a damaged vault as it stands, after the user has seen the faults and agreed. It deletes no record
//! and no slot. A record that does not open is still reported by every later verification.

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
    /// Rebuilds the indexes, and accepts count, total and slots as they are. If undoing an interrupted write gives a
    /// damaged vault, the write is undone first.
    ///
    /// # Errors
    /// [`VaultError::Copy`] if this is not the copy that this machine knows, and any error of a write.
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
            // The old state is lost, and with it the slot names and the IDs of the writes.
            let write = WriteId::from_bytes(make_id()?);
            self.access.state =
                Some(State::first(store::VERSION, self.access.root.recipient_text(), Vec::new(), write));
        }
        let mut session = self.begin_over_faults()?;
        let (mut total, mut count, mut handles, mut revision) =
            (Total::default(), 0_u32, session.state.handles, session.state.revision());
        // Malformed rows are not part of the total. Every later verification reports them.
        let mut last = 0;
        loop {
            let batch = session.writer.reader().rows_after(last, BATCH_ROWS)?;
            last = batch.rows.last().map_or(last, handle_of);
            for row in batch.rows.into_iter().flatten() {
                total = total.plus(session.access.total_of_row(&row));
                count = count.saturating_add(1);
                // A forged row must not use up the handles.
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
                // A write that changed no record still raised the revision, and this machine may have seen it.
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
        // Rebuild only after all tables were walked. An index is built from their rows, and the build would not end if
        // their pages form a cycle.
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
