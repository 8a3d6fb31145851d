//! Taking a damaged vault as it stands for the truth, after the user has seen what is wrong and said so.
//! Deletes no record and no slot; a record that does not open stays named by every later verification.

use super::open::row_digest;
use super::state::{SlotState, State};
use super::{Unlocked, Vault, VaultError};
use crate::record::WriteId;
use crate::seal::{Total, make_id};
use crate::store::{self, Damage, StoreError};

impl Vault<Unlocked> {
    /// Rebuilds the indexes; takes count, total and slots as they are.
    ///
    /// # Errors
    /// [`VaultError::Copy`] when this is not the copy that this machine knows; what any write can meet.
    pub fn repair(&mut self) -> Result<(), VaultError> {
        if let Some(doubt) = self.access.doubt {
            return Err(VaultError::Copy(doubt));
        }
        if self.access.state.is_none() {
            // The old state is lost: its names of slots and its marks of writes with it.
            let write = WriteId::from_bytes(make_id()?);
            self.access.state = Some(State::first(store::VERSION, self.access.root.recipient_text(), Vec::new(), write));
        }
        let mut session = self.begin_over_faults()?;
        session.writer.rebuild_indexes()?;
        let (mut total, mut count, mut handles, mut revision) = (Total::default(), 0_u32, session.state.handles, session.state.revision());
        let mut readable = true;
        session.writer.reader().for_each_row(|row| {
            let Ok(row) = row else {
                readable = false;
                return;
            };
            total = total.plus(session.access.total_of_row(&row));
            count = count.saturating_add(1);
            // A forged row must not use up the numbers.
            if let Ok(authentic) = session.access.authenticate(row) {
                handles = handles.max(authentic.row.handle);
                revision = revision.max(authentic.row.revision);
            }
        })?;
        if !readable {
            return Err(StoreError::Damaged(Damage::Row).into());
        }
        let rows = session.writer.reader().items()?;
        session.state.items = u32::try_from(rows.len()).map_err(|_| VaultError::Full)?;
        session.state.item_total = rows.iter().fold(Total::default(), |sum, row| sum.plus(session.access.total_of_item(row)));
        let (authentic, _) = session.access.items_with_faults(session.writer.reader())?;
        let highest = authentic.last().map_or(0, |opened| opened.number.number());
        session.state.item_numbers = session.state.item_numbers.max(highest);
        session.state.total = total;
        session.state.count = count;
        session.state.handles = handles;
        session.state.catch_up(revision);
        let vault = session.access.vault;
        let rows = session.writer.reader().slots()?;
        let before = std::mem::take(&mut session.state.slots);
        session.state.slots = rows
            .iter()
            .map(|row| {
                let kept = before.iter().find(|state| state.slot() == Some(row.slot));
                let name = kept.and_then(|state| state.name.clone());
                let recipient = kept.map(|state| state.recipient.clone()).unwrap_or_default();
                SlotState::new(row.slot, name, recipient, &row_digest(vault, row))
            })
            .collect();
        session.commit()?;
        self.access.faults.clear();
        self.access.slots = rows;
        Ok(())
    }
}
