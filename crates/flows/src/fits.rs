//! The records of a vault that may be a volume's.

use drivekey_fve::Volume;
use drivekey_record::{Details, Guid, KeyId, LineText, Proof};
use drivekey_vault::{Entry, Fault, Filter, Unlocked, Vault, VaultError};

/// Key IDs of a drive that are looked up: a real one has a handful, and whoever wrote the metadata chose their number.
pub const KEY_IDS_MAX: usize = 32;

/// The records of a vault that a volume's recovery keys are in.
#[derive(Debug)]
pub struct Fits {
    /// Each with the Key ID on the drive that it fits.
    pub entries: Vec<(Guid, Entry)>,
    /// Where there are none of those: keys that opened the drive once, under another Key ID or none.
    pub proved: Vec<Entry>,
    /// Where there are none of the first: keys of the same computer.
    pub nearest: Vec<Entry>,
    /// What is wrong with others that may fit, too.
    pub faults: Vec<Fault>,
}

impl Fits {
    /// Looks them up.
    ///
    /// # Errors
    /// [`VaultError`] where none of the records that may fit is what was written.
    pub fn of(vault: &mut Vault<Unlocked>, volume: &Volume) -> Result<Self, VaultError> {
        let (mut entries, mut faults) = (Vec::<(Guid, Entry)>::new(), Vec::new());
        for guid in volume.recovery_key_ids().into_iter().take(KEY_IDS_MAX) {
            let on_drive = KeyId::Full(guid);
            let found = vault.resolve(&guid.compact())?;
            faults.extend(found.faults);
            faults.dedup();
            let may_fit = |entry: &Entry| {
                let Details { key_id, .. } = &entry.details;
                entry.details.is_recovery_password() && *key_id != KeyId::Unknown && key_id.may_equal(&on_drive)
            };
            for entry in found.entries.into_iter().filter(may_fit) {
                if entries.iter().all(|(known_guid, known)| (*known_guid, known.handle) != (guid, entry.handle)) {
                    entries.push((guid, entry));
                }
            }
        }
        let mut fits = Self { entries, proved: Vec::new(), nearest: Vec::new(), faults };
        if fits.entries.is_empty() {
            let computer = volume
                .description
                .as_ref()
                .and_then(|description| description.computer.as_ref())
                .map(LineText::normalised);
            for entry in vault.list(&Filter::default())?.entries {
                let details = &entry.details;
                let opened =
                    |proof: &Proof| proof.level.is_proof() && volume.all_copies().any(|copy| copy.guid == proof.volume);
                if details.proof.as_ref().is_some_and(opened) {
                    fits.proved.push(entry);
                } else if computer.is_some() && details.device_name.as_ref().map(LineText::normalised) == computer {
                    fits.nearest.push(entry);
                }
            }
        }
        Ok(fits)
    }

    /// The same, for who changes something by it: nothing may be wrong with any that may fit.
    ///
    /// # Errors
    /// [`VaultError::Faults`] where something is.
    pub fn sound(self) -> Result<Self, VaultError> {
        if self.faults.is_empty() { Ok(self) } else { Err(VaultError::Faults(self.faults)) }
    }

    /// The records that fit one Key ID of the drive.
    pub fn for_key_id(&self, guid: Guid) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |(on_drive, _)| *on_drive == guid).map(|(_, entry)| entry)
    }
}
