//! What a fresh opening sees: everything that a vault holds, opened and verified, but for names made at random.

use std::path::Path;

use drivekey_record::{AttachmentInfo, CopyInfo, Details, Handle, ItemNumber, LineText};
use drivekey_vault::reveal::{reveal, reveal_attachment};
use drivekey_vault::seal::{SlotKind, sha256};
use drivekey_vault::{Edit, ImportInfo, Listing, Machine, Setting, Unlocked, Vault, VaultError};

use crate::acts::CHANGED;
use drivekey_testkit::house::{PASSPHRASE, everything, unlock};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sight {
    passphrase: &'static str,
    pub(crate) faults: Vec<String>,
    records: Vec<(Handle, Details, Option<String>)>,
    attachments: Vec<(ItemNumber, AttachmentInfo, [u8; 32])>,
    copies: Vec<(ItemNumber, CopyInfo)>,
    last_import: Option<ImportInfo>,
    slots: Vec<(SlotKind, Option<LineText>, bool)>,
}

impl Sight {
    /// Fails where a list, under this passphrase, does not show the same.
    pub(crate) fn must_list(&self, passphrase: &str, listing: &Listing) {
        let listed: Vec<_> = listing.entries.iter().map(|entry| (entry.handle, &entry.details)).collect();
        let known: Vec<_> = self.records.iter().map(|(handle, details, _)| (*handle, details)).collect();
        assert_eq!((passphrase, listing.faults.is_empty(), listed), (self.passphrase, self.faults.is_empty(), known));
    }
}

/// The vault, opened anew; an act may have changed its passphrase.
pub(crate) fn reopen(path: &Path, machine: &Machine) -> Result<(&'static str, Vault<Unlocked>), VaultError> {
    match unlock(path, machine.clone(), PASSPHRASE) {
        Err(VaultError::WrongPassphrase) => Ok((CHANGED, unlock(path, machine.clone(), CHANGED)?)),
        other => Ok((PASSPHRASE, other?)),
    }
}

/// Opens it and looks at everything.
pub(crate) fn sight(path: &Path, machine: &Machine) -> Sight {
    let (passphrase, mut vault) = reopen(path, machine).unwrap_or_else(|error| panic!("does not open: {error:?}"));
    let vault = &mut vault;
    assert_eq!(vault.doubt(), None, "what this machine remembers and the file differ");
    let listing = vault.list(&everything()).unwrap();
    let verification = vault.verify(|_, _| {}).unwrap();
    let mut faults: Vec<String> =
        listing.faults.iter().chain(&verification.faults).map(|fault| format!("{fault:?}")).collect();
    faults.sort();
    faults.dedup();
    let record = |vault: &mut Vault<Unlocked>, entry: &drivekey_vault::Entry| {
        let digits = reveal(vault, entry).ok().map(|revealed| revealed.key.as_str().to_owned());
        (entry.handle, entry.details.clone(), digits)
    };
    let records = listing.entries.iter().map(|entry| record(vault, entry)).collect();
    let attachments = vault.attachments().unwrap().sound().unwrap();
    let attachments = attachments
        .into_iter()
        .map(|one| (one.number, one.info.clone(), sha256(&reveal_attachment(vault, &one).unwrap())));
    let attachments = attachments.collect();
    let copies = if faults.is_empty() { vault.copies().unwrap().sound().unwrap() } else { Vec::new() };
    let copies = copies.into_iter().map(|copy| (copy.number, copy.info)).collect();
    let last_import = vault.last_import().unwrap();
    let mut slots: Vec<_> = vault.slots().into_iter().map(|info| (info.kind, info.name, info.in_use)).collect();
    slots.sort();
    Sight { passphrase, faults, records, attachments, copies, last_import, slots }
}

/// A journal that never became valid may lie there; the next write must not mind it, and leaves none.
pub(crate) fn write_on(path: &Path, machine: &Machine, seen: &Sight) {
    let (_, mut vault) = reopen(path, machine).unwrap();
    let refused = vault.refused().to_vec();
    if !refused.is_empty() {
        // Of a repair all had arrived but its end: what stands agrees, and what the journal would undo it to does not.
        drop(vault);
        for file in &refused {
            std::fs::remove_file(drivekey_vault::sqlite::set_aside(path, file).unwrap()).unwrap();
        }
        vault = reopen(path, machine).unwrap().1;
    }
    let written = if seen.faults.is_empty() {
        vault.edit(seen.records[0].0, Edit { note: Setting::Clear, ..Edit::default() }).map(drop)
    } else {
        vault.repair()
    };
    written.unwrap_or_else(|error| panic!("the next write: {error:?}"));
    drop(vault);
    let mut left: Vec<_> =
        std::fs::read_dir(path.parent().unwrap()).unwrap().map(|item| item.unwrap().file_name()).collect();
    left.retain(|name| name != "state");
    assert_eq!(left, ["vault.drivekey"], "left behind by the next write");
}
