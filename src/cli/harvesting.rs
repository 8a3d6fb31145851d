//! Taking every recovery key of an opened drive into the vault. Must not know how the drive was opened.

use chrono::{DateTime, Utc};

use super::volumes::details_of;
use drivekey_fve::{Harvest, Harvested, Integrity, Opened, Volume};
use drivekey_record::{Details, Guid, Handle, LineText, SourceKind};
use drivekey_vault::{Incoming, Intake, RecordNotes, TakenIn, Taking, Unlocked, Vault, VaultError};

/// What became of a drive's recovery keys.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Each with its Key ID.
    pub(super) taken: Vec<(Guid, TakenIn)>,
    /// What is to be told of each besides, in the same order; nothing where they were kept beside another answer.
    pub(super) notes: Vec<RecordNotes>,
    /// Key IDs whose digits the drive did not give.
    pub(super) silent: Vec<Guid>,
}

impl Kept {
    /// The records that are new in the vault.
    pub(super) fn new_handles(&self) -> Vec<Handle> {
        let new = self.taken.iter().filter(|(_, taken)| matches!(taken, TakenIn::New(_) | TakenIn::Conflict(..)));
        new.map(|(_, taken)| taken.handle()).collect()
    }

    /// What is worth saying beside the answer to something else. `known`: one of them that was spoken of already.
    pub(super) fn sentence(&self, known: Option<Handle>) -> Option<String> {
        let new = self.new_handles().into_iter().filter(|handle| Some(*handle) != known);
        let names: Vec<String> = new.map(|handle| handle.to_string()).collect();
        match names.len() {
            0 => None,
            1 => Some(format!("another recovery key of this drive was read out of it and kept: {}.", names.join(", "))),
            count => Some(format!(
                "{count} more recovery keys of this drive were read out of it and kept: {}.",
                names.join(", ")
            )),
        }
    }
}

/// All recovery keys of a drive on their way in.
pub(super) fn incoming(opened: &Opened<'_>, device: Option<&LineText>) -> (Vec<(Guid, Incoming)>, Vec<Guid>) {
    let harvest = opened.harvest();
    (harvest.passwords.into_iter().map(|harvested| one(harvested, device)).collect(), harvest.silent)
}

fn one(harvested: Harvested<'_>, device: Option<&LineText>) -> (Guid, Incoming) {
    let guid = harvested.protector.guid;
    let details = details(harvested.volume, harvested.integrity, guid, device);
    (guid, Incoming { secret: harvested.password.into(), details, kind: SourceKind::Drive, file_name: None })
}

/// What a drive says of one of its keys, as far as it can be believed. `device`: what a person calls the computer.
pub(super) fn details(volume: &Volume, integrity: Integrity, guid: Guid, device: Option<&LineText>) -> Details {
    let said = details_of(volume, guid);
    if integrity == Integrity::Intact {
        return Details { device_name: device.cloned().or(said.device_name.clone()), ..said };
    }
    // Only the digits are sure; what names them may be somebody's invention.
    let note =
        "read from a drive whose description of itself could not be confirmed: its Key ID and computer may be wrong";
    Details { note: note.parse().ok(), device_name: device.cloned(), key_id: said.key_id, ..Details::default() }
}

/// Keeps them beside the answer to something else, as far as the drive is to be believed. Where all are there already,
/// nothing is written.
pub(super) fn keep_all(
    vault: &mut Vault<Unlocked>,
    opened: &Opened<'_>,
    now: DateTime<Utc>,
) -> Result<Kept, VaultError> {
    let Harvest { passwords, silent } = opened.harvest();
    let believed = passwords.into_iter().filter(|harvested| harvested.integrity == Integrity::Intact);
    let (guids, records): (Vec<Guid>, Vec<Incoming>) = believed.map(|harvested| one(harvested, None)).unzip();
    let taken = if records.is_empty() { Vec::new() } else { vault.take_in(records, now, Taking::Keep, |_| {})? };
    Ok(Kept { taken: guids.into_iter().zip(taken).collect(), notes: Vec::new(), silent })
}

/// Takes them all in, in one write that can be undone, or only tells what would become of them.
pub(super) fn take(
    vault: &mut Vault<Unlocked>,
    opened: &Opened<'_>,
    device: Option<&LineText>,
    now: DateTime<Utc>,
    taking: Taking,
) -> Result<Kept, VaultError> {
    let (all, silent) = incoming(opened, device);
    let (guids, records): (Vec<Guid>, Vec<Incoming>) = all.into_iter().unzip();
    if records.is_empty() {
        return Ok(Kept { silent, ..Kept::default() });
    }
    let description = opened.volume().description.as_ref();
    let origin = description.map(|description| description.text.clone());
    let outcome = vault.import(Intake { records, attachments: Vec::new(), origin }, now, taking, |_| {})?;
    Ok(Kept { taken: guids.into_iter().zip(outcome.records).collect(), notes: outcome.notes, silent })
}
