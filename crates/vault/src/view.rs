//! A view: a consistent snapshot in which state, slots and rows are read together, including anything that another
//! process wrote since the last view.

use super::slot_rows::slot_faults;
use super::{Fault, FaultKind, Unlocked, Vault, VaultError};
use crate::store::Reader;

impl Vault<Unlocked> {
    /// Begins a view and reads the state in it.
    pub(super) fn view(&mut self) -> Result<(Box<dyn Reader + '_>, &Unlocked), VaultError> {
        let Self { store, access, .. } = self;
        let reader = store.read()?;
        access.refresh(&*reader)?;
        Ok((reader, access))
    }
}

impl Unlocked {
    /// Reads state and slots of this view if another process has written since the last one.
    pub(super) fn refresh(&mut self, reader: &dyn Reader) -> Result<(), VaultError> {
        let (vault, sealed) = reader.vault()?;
        if vault != self.vault {
            return Err(VaultError::Faults(vec![Fault::whole(FaultKind::State)]));
        }
        if sealed == self.sealed_state {
            return Ok(());
        }
        let state = self.root.unseal_state(&sealed).ok();
        self.slots = reader.slots()?;
        self.faults = match &state {
            Some(state) => slot_faults(vault, state, &self.slots),
            None => vec![Fault::whole(FaultKind::State)],
        };
        if let (Some(before), Some(now), None) = (&self.state, &state, self.doubt) {
            // Another copy may have replaced the file while it was open.
            self.doubt = before.write_id().and_then(|write| now.doubt_since(before.revision().number(), write));
        }
        self.state = state;
        self.sealed_state = sealed;
        Ok(())
    }

    /// Whether a view shows the same writes as the previous one.
    pub(super) fn is_unchanged(&self, reader: &dyn Reader) -> Result<bool, VaultError> {
        let (vault, sealed) = reader.vault()?;
        Ok(vault == self.vault && sealed == self.sealed_state)
    }
}
