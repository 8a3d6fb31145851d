//! What people do with a vault, in any store.

use super::{Premises, locked_at, make_vault, no_memory, state_of, store_at, vault_at};
use crate::house::{
    Known, LIMITS, PASSPHRASE, ask_opened, everything, handle, incoming, known_digits, known_incoming, known_key_id,
    now, report, secret, take, text, whole_digits, words,
};
use drivekey_record::{AttachmentKind, Guid, RecoveryPassword};
use drivekey_vault::reveal::{reveal, reveal_attachment};
use drivekey_vault::seal::KitIdentity;
use drivekey_vault::store::RecordRow;
use drivekey_vault::{
    AttachedAs, CopyDoubt, Edit, Intake, Machine, NewAttachment, Setting, TakenIn, Taking, VaultError,
};
use zeroize::Zeroizing;

const RECORDS: u32 = 12;

pub fn a_vault_is_made_unlocked_and_asked(premises: &impl Premises) {
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::new(Some(folder.path().to_owned()));
    make_vault(premises, &machine);
    let wrong = locked_at(premises, &machine).unwrap().unlock(&secret("Demopass"), None).err().unwrap();
    assert!(matches!(wrong.error, VaultError::WrongPassphrase), "{:?}", wrong.error);
    let mut vault = wrong.vault.unlock(&secret(PASSPHRASE), None).map_err(|failure| failure.error).unwrap();
    let taken = take(&mut vault, (0..RECORDS).map(known_incoming).collect());
    assert!(taken.iter().all(|one| matches!(one, TakenIn::New(_))), "{taken:?}");
    let again = take(&mut vault, (0..RECORDS).map(known_incoming).collect());
    assert!(again.iter().all(|one| matches!(one, TakenIn::Known(_))), "{again:?}");
    let known = Known::of(&mut vault);
    assert_eq!(known.digits, (0..RECORDS).map(known_digits).collect::<Vec<_>>());
    drop(vault);
    let report = report(&ask_opened(locked_at(premises, &machine), PASSPHRASE, &known));
    assert_eq!((report.calls.as_str(), report.fewer.len(), report.lies), ("", 0, Vec::new()));
}

pub fn what_comes_in_is_edited_undone_and_purged(premises: &impl Premises) {
    make_vault(premises, &no_memory());
    let mut vault = vault_at(premises, &no_memory());
    let import = |records: Vec<u32>, seconds| {
        let records = records.into_iter().map(known_incoming).collect();
        let intake = Intake { records, attachments: Vec::new(), origin: Some(text("E:\\")) };
        let mut vault = vault_at(premises, &no_memory());
        vault.import(intake, now() + chrono::TimeDelta::seconds(seconds), Taking::Keep, |_| {}).unwrap();
    };
    import(vec![0, 1], 0);
    import(vec![1, 2], 1);
    let edit = Edit { note: Setting::To(text("im Keller")), ..Edit::default() };
    assert_eq!(vault.edit(handle(2), edit).unwrap().details.note, Some(text("im Keller")));
    let undone = vault.undo_import(now()).unwrap().unwrap();
    assert_eq!((undone.removed, undone.import.added), (vec![handle(3)], 1));
    assert_eq!(vault.find(&words("Keller")).unwrap().entries[0].handle, handle(2));
    let conflict = take(&mut vault, vec![incoming(&known_digits(9), &known_key_id(0), "", "x.txt")]);
    assert!(matches!(&conflict[..], [TakenIn::Conflict(_, with)] if *with == [handle(1)]), "{conflict:?}");
    vault.remove(handle(1), now()).unwrap();
    vault.purge(&[handle(1)]).unwrap();
    assert!(matches!(vault.entry(handle(1)), Err(VaultError::NoSuchRecord(_))));
    let password = RecoveryPassword::parse(&known_digits(0)).unwrap();
    assert!(vault.whose(&password).unwrap().entries.is_empty());
    assert_eq!(whole_digits(&mut vault_at(premises, &no_memory())), [1, 2, 9].map(known_digits));
}

pub fn attachments_and_slots_come_and_go(premises: &impl Premises) {
    make_vault(premises, &no_memory());
    let mut vault = vault_at(premises, &no_memory());
    let package = |bytes: &[u8]| NewAttachment {
        kind: AttachmentKind::KeyPackage,
        guid: Guid::from_bytes([1; 16]),
        key_ids: Vec::new(),
        bytes: Zeroizing::new(bytes.to_vec()),
        device_name: None,
        volume_label: None,
        file_name: None,
        created: None,
    };
    assert!(matches!(vault.attach(package(&[9; 10_000]), now()).unwrap(), AttachedAs::New(_)));
    assert!(matches!(vault.attach(package(&[9; 10_000]), now()).unwrap(), AttachedAs::Known(_)));
    let kit = KitIdentity::make();
    let slot = vault.add_kit(&kit, None).unwrap();
    vault.change_passphrase(&secret("another"), LIMITS.floor).unwrap();
    drop(vault);
    assert!(locked_at(premises, &no_memory()).unwrap().unlock(&secret(PASSPHRASE), None).is_err());
    let by_kit = || locked_at(premises, &no_memory()).unwrap().unlock_with_kit(&kit).map_err(|failure| failure.error);
    let mut vault = by_kit().unwrap();
    let attached = vault.attachments().unwrap().sound().unwrap().remove(0);
    assert_eq!(reveal_attachment(&mut vault, &attached).unwrap().as_slice(), [9; 10_000]);
    assert_eq!((vault.slots().len(), vault.faults()), (2, [].as_slice()));
    assert!(vault.verify(|_, _| {}).unwrap().faults.is_empty());
    vault.remove_slot(slot).unwrap();
    assert!(matches!(by_kit(), Err(VaultError::WrongKit)));
    assert!(locked_at(premises, &no_memory()).unwrap().unlock(&secret("another"), None).is_ok());
}

pub fn vaults_that_are_open_twice_see_each_others_writes(premises: &impl Premises) {
    make_vault(premises, &no_memory());
    let (mut one, mut other) = (vault_at(premises, &no_memory()), vault_at(premises, &no_memory()));
    take(&mut one, vec![known_incoming(0)]);
    assert_eq!(whole_digits(&mut other), [known_digits(0)]);
    take(&mut other, vec![known_incoming(1)]);
    one.edit(handle(2), Edit { note: Setting::To(text("von hier")), ..Edit::default() }).unwrap();
    let entries = other.list(&everything()).unwrap().entries;
    assert_eq!((entries.len(), entries[1].details.note.clone()), (2, Some(text("von hier"))));
    assert_eq!(reveal(&mut one, &entries[1]).unwrap().key.as_str(), known_digits(1));
    assert_eq!((one.doubt(), other.doubt()), (None, None));
}

/// A machine that saw the latest write notices that it is gone.
pub fn rows_that_went_back_are_an_older_copy(premises: &impl Premises) {
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::new(Some(folder.path().to_owned()));
    make_vault(premises, &machine);
    let mut vault = vault_at(premises, &machine);
    take(&mut vault, vec![known_incoming(0)]);
    let before = state_of(&mut *store_at(premises));
    take(&mut vault, vec![known_incoming(1)]);
    drop(vault);
    let mut store = store_at(premises);
    let newest: RecordRow = store.read().unwrap().row(2).unwrap().unwrap();
    let mut writer = store.write().unwrap();
    writer.delete_record(&newest).unwrap();
    writer.set_state(&before).unwrap();
    writer.commit().unwrap();
    let mut vault = vault_at(premises, &machine);
    assert!(matches!(vault.doubt(), Some(CopyDoubt::Older { .. })), "{:?}", vault.doubt());
    assert!(matches!(vault.remove(handle(1), now()), Err(VaultError::Copy(CopyDoubt::Older { .. }))));
    assert_eq!(vault.list(&everything()).unwrap().entries.len(), 1, "reading goes on");
    let accepted = |machine: &Machine| locked_at(premises, machine).unwrap().accept_copy(&secret(PASSPHRASE));
    accepted(&machine).unwrap();
    assert_eq!(vault_at(premises, &machine).doubt(), None);
    // A machine that never saw it has nothing to doubt.
    assert_eq!(vault_at(premises, &no_memory()).doubt(), None);
}
