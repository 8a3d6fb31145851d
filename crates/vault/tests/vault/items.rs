//! What lies beside the records under somebody's database tool: named by whoever lists it and by a verification; and a
//! write opens only the items that it touches.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use chrono::TimeDelta;
use drivekey_record::{AttachmentKind, CopyKind, Guid, HandleSet, ItemNumber, Word};
use drivekey_testkit::house::{House, known_incoming, now, text};
use drivekey_vault::reveal::reveal_attachment;
use drivekey_vault::{
    AttachedAs, CopyDraft, CopyMark, FaultKind, Intake, ItemListing, NewAttachment, Taking, Unlocked, Vault, VaultError,
};

fn attachment(kind: AttachmentKind, byte: u8) -> NewAttachment {
    NewAttachment {
        kind,
        guid: Guid::from_bytes([byte; 16]),
        key_ids: Vec::new(),
        bytes: vec![byte; 300].into(),
        device_name: None,
        volume_label: None,
        file_name: None,
        created: None,
    }
}

fn key(byte: u8) -> NewAttachment {
    attachment(AttachmentKind::ExternalKey, byte)
}

fn copy(vault: &mut Vault<Unlocked>) -> ItemNumber {
    let draft =
        CopyDraft { kind: CopyKind::Stick, name: None, place: text("E:\\"), records: HandleSet::default(), slot: None };
    vault.register_copy(draft, now()).unwrap()
}

/// An attachment, a copy that was changed once, an import, another attachment: the numbers 1 to 4.
fn filled() -> House {
    let house = House::with(2);
    let mut vault = house.open();
    vault.attach(key(1), now()).unwrap();
    let number = copy(&mut vault);
    vault.mark_copy(number, CopyMark::Checked(now())).unwrap();
    let intake = Intake { records: vec![known_incoming(7)], attachments: Vec::new(), origin: None };
    vault.import(intake, now(), Taking::Keep, |_| {}).unwrap();
    vault.attach(key(2), now()).unwrap();
    house
}

fn is_named<T>(outcome: Result<T, VaultError>) -> bool {
    matches!(outcome.err(), Some(VaultError::Faults(_)))
}

fn verified(vault: &mut Vault<Unlocked>) -> Vec<FaultKind> {
    vault.verify(|_, _| {}).unwrap().faults.into_iter().map(|fault| fault.kind).collect()
}

/// Somebody puts an item's older row and content back; each by itself is sound.
#[test]
fn rolled_back_items_are_named_by_lists_and_by_verify() {
    let house = House::with(1);
    let mut vault = house.open();
    let number = copy(&mut vault);
    vault.attach(key(1), now()).unwrap();
    drop(vault);
    let old = house.folder().join("old.drivekey");
    std::fs::write(&old, house.bytes()).unwrap();
    let mut vault = house.open();
    vault.mark_copy(number, CopyMark::Destroyed(now())).unwrap();
    drop(vault);
    let act = format!(
        "ATTACH '{}' AS old; DELETE FROM item WHERE number = 1; INSERT INTO item SELECT * FROM old.item WHERE number = 1; DETACH old",
        old.display()
    );
    house.stranger().execute_batch(&act).unwrap();
    let mut vault = house.open();
    assert!(
        is_named(vault.copies().and_then(ItemListing::sound))
            && is_named(vault.attachments().and_then(ItemListing::sound))
    );
    assert_eq!(verified(&mut vault), [FaultKind::Items]);
    // A later write neither hides it nor makes it true.
    vault.attach(key(2), now()).unwrap();
    vault.mark_copy(number, CopyMark::Checked(now())).unwrap();
    assert_eq!(verified(&mut vault), [FaultKind::Items]);
    assert!(is_named(vault.copies().and_then(ItemListing::sound)));
}

/// Gone, swapped, renumbered, changed: each is named by the lists and by a verification, before and after other writes.
#[test]
fn touched_items_stay_named_whatever_is_written_beside_them() {
    for act in [
        "DELETE FROM content WHERE number = 1; DELETE FROM item WHERE number = 1",
        "DELETE FROM item WHERE number = 3",
        "UPDATE item SET number = 9 WHERE number = 1; UPDATE content SET number = 9 WHERE number = 1",
        "UPDATE item SET summary = randomblob(length(summary)) WHERE number = 1",
        "UPDATE item SET item_id = randomblob(16) WHERE number = 1",
        "UPDATE item SET revision = revision + 1 WHERE number = 3",
        "INSERT INTO item SELECT 9, randomblob(16), revision, content_sha256, summary FROM item WHERE number = 2",
    ] {
        let house = filled();
        house.stranger().execute_batch(act).unwrap();
        let mut vault = house.open();
        let before = verified(&mut vault);
        assert!(
            !before.is_empty()
                && is_named(vault.attachments().and_then(ItemListing::sound))
                && is_named(vault.copies().and_then(ItemListing::sound)),
            "{act}: {before:?}"
        );
        // What does not touch them goes on.
        vault.mark_copy(ItemNumber::new(2).unwrap(), CopyMark::Named(text("blue"))).unwrap();
        assert!(matches!(vault.attach(key(3), now()).unwrap(), AttachedAs::New(_)), "{act}");
        assert_eq!(verified(&mut vault), before, "{act}");
        assert!(
            is_named(vault.attachments().and_then(ItemListing::sound))
                && is_named(vault.copies().and_then(ItemListing::sound)),
            "{act}"
        );
    }
}

/// The journal that is to be undone, and a copy that is marked, must be as they were written.
#[test]
fn a_write_that_needs_a_touched_item_is_refused() {
    let house = filled();
    house.stranger().execute_batch("UPDATE item SET summary = randomblob(512) WHERE number IN (1, 2, 3)").unwrap();
    let before = house.bytes();
    let mut vault = house.open();
    assert!(is_named(vault.undo_import(now())) && is_named(vault.last_import()));
    assert!(is_named(vault.mark_copy(ItemNumber::new(2).unwrap(), CopyMark::Checked(now()))));
    // A number that stands nowhere is none only where none is missing.
    assert!(is_named(vault.mark_copy(ItemNumber::new(99).unwrap(), CopyMark::Checked(now()))));
    drop(vault);
    assert!(house.bytes() == before);
    house.stranger().execute_batch("DELETE FROM item WHERE number = 3").unwrap();
    assert!(is_named(house.open().undo_import(now())));
}

/// The numbers of the journals come back when a repair has to do without the state; what is lost stays lost.
#[test]
fn a_repair_finds_the_journals_again() {
    let house = filled();
    house.stranger().execute_batch("UPDATE vault SET state = randomblob(1064)").unwrap();
    let mut vault = house.open();
    assert_eq!(vault.last_import().unwrap().unwrap().added, 1);
    vault.repair().unwrap();
    assert_eq!(vault.undo_import(now()).unwrap().unwrap().removed.len(), 1);
    assert!(verified(&mut vault).is_empty() && vault.last_import().unwrap().is_none());
    drop(vault);
    let house = filled();
    house.stranger().execute_batch("DELETE FROM item WHERE number = 3").unwrap();
    let mut vault = house.open();
    vault.repair().unwrap();
    assert!(vault.undo_import(now()).unwrap().is_none() && verified(&mut vault).is_empty());
}

/// The same bytes for the same protector are one attachment, of whatever kind; undoing and importing finds it again.
#[test]
fn an_attachment_of_a_later_kind_is_kept_once_and_given_out() {
    let house = House::with(1);
    let kind = AttachmentKind::Other(Word::new("luksHeader").unwrap());
    let mut vault = house.open();
    let intake = || Intake {
        records: Vec::new(),
        attachments: vec![attachment(kind, 5), key(5), attachment(kind, 5)],
        origin: None,
    };
    let at = |seconds| now() + TimeDelta::seconds(seconds);
    let outcome = vault.import(intake(), at(0), Taking::Keep, |_| {}).unwrap();
    let [AttachedAs::New(first), AttachedAs::New(_), AttachedAs::Known(again)] = outcome.attachments[..] else {
        panic!("{outcome:?}")
    };
    assert_eq!(first, again);
    vault.undo_import(at(1)).unwrap().unwrap();
    let outcome = vault.import(intake(), at(2), Taking::Keep, |_| {}).unwrap();
    assert!(matches!(outcome.attachments[..], [AttachedAs::New(back), ..] if back == first));
    drop(vault);
    let mut vault = house.open();
    let kept = vault.attachments().unwrap().sound().unwrap();
    assert_eq!((kept.len(), kept[0].info.attachment.words()), (2, "luksHeader"));
    assert_eq!(*reveal_attachment(&mut vault, &kept[0]).unwrap(), vec![5; 300]);
    assert!(verified(&mut vault).is_empty());
}

/// What is sound is listed and given out beside what is not.
#[test]
fn a_touched_item_hides_no_sound_one() {
    let house = filled();
    house.stranger().execute_batch("UPDATE item SET summary = randomblob(512) WHERE number = 1").unwrap();
    let mut vault = house.open();
    let kept = vault.attachments().unwrap();
    assert_eq!(kept.faults.iter().map(|fault| fault.kind).collect::<Vec<_>>(), [FaultKind::Item(1), FaultKind::Items]);
    assert_eq!(kept.items.len(), 1);
    assert_eq!(*reveal_attachment(&mut vault, &kept.items[0]).unwrap(), vec![2; 300]);
    assert_eq!(vault.copies().unwrap().items.len(), 1);
}

/// The file that a person has in hand is taken in again, whatever became of its row or content.
#[test]
fn an_attachment_that_no_longer_opens_is_kept_anew_when_it_comes_in_again() {
    for (act, row_is_whole) in [
        ("DELETE FROM content WHERE number = 1", true),
        ("UPDATE content SET age = randomblob(500) WHERE number = 1", true),
        ("UPDATE content SET age = (SELECT age FROM content WHERE number = 4) WHERE number = 1", true),
        ("UPDATE item SET summary = randomblob(512) WHERE number = 1", false),
        ("UPDATE item SET content_sha256 = randomblob(32) WHERE number = 1", false),
    ] {
        let house = filled();
        house.stranger().execute_batch(act).unwrap();
        let mut vault = house.open();
        let first = ItemNumber::new(1).unwrap();
        assert_eq!(vault.attach(key(1), now()).unwrap(), AttachedAs::Renewed(first), "{act}");
        assert_eq!(vault.attach(key(1), now()).unwrap(), AttachedAs::Known(first), "{act}");
        let kept = vault.attachments().unwrap();
        assert_eq!(kept.items.len(), 2, "{act}");
        assert_eq!(*reveal_attachment(&mut vault, &kept.items[0]).unwrap(), vec![1; 300], "{act}");
        // Somebody changed the row, and a verification says so until the vault is taken as it is.
        let expected: &[FaultKind] = if row_is_whole { &[] } else { &[FaultKind::Items] };
        assert_eq!(verified(&mut vault), expected, "{act}");
        vault.repair().unwrap();
        assert_eq!(verified(&mut vault), [], "{act}");
    }
}

/// An import that brings such an attachment did not add it: undoing takes nothing away that was there before.
#[test]
fn undoing_an_import_that_mended_an_attachment_leaves_it() {
    let house = filled();
    house.stranger().execute_batch("DELETE FROM content WHERE number = 1").unwrap();
    let mut vault = house.open();
    let intake = Intake { records: Vec::new(), attachments: vec![key(1)], origin: None };
    let outcome = vault.import(intake, now(), Taking::Keep, |_| {}).unwrap();
    assert!(matches!(outcome.attachments[..], [AttachedAs::Renewed(_)]));
    assert_eq!(vault.undo_import(now()).unwrap().unwrap().import.attached, 0);
    assert!(vault.attachments().unwrap().sound().unwrap()[0].info.removed_date_time.is_none());
}

/// One attachment and one record of an import do not open: the others are taken back, and these are named.
#[test]
fn an_import_is_undone_but_for_what_does_not_open() {
    for act in [
        "UPDATE item SET summary = randomblob(512) WHERE number = 1; UPDATE record SET summary = randomblob(512) WHERE handle = 1",
        "DELETE FROM content WHERE number = 1; DELETE FROM item WHERE number = 1; UPDATE sealed SET age = randomblob(900) WHERE handle = 1",
    ] {
        let house = House::new();
        let mut vault = house.open();
        let intake = Intake {
            records: vec![known_incoming(1), known_incoming(2), known_incoming(3)],
            attachments: vec![key(1), key(2)],
            origin: None,
        };
        vault.import(intake, now(), Taking::Keep, |_| {}).unwrap();
        drop(vault);
        house.stranger().execute_batch(act).unwrap();
        let mut vault = house.open();
        let undone = vault.undo_import(now()).unwrap().unwrap();
        assert_eq!((undone.removed.len(), undone.faults.len()), (2, 2), "{act}: {:?}", undone.faults);
        let left: Vec<_> = vault.attachments().unwrap().items;
        assert!(!left.is_empty() && left.iter().all(|one| one.info.removed_date_time.is_some()), "{act}");
        assert!(vault.last_import().unwrap().is_none(), "{act}");
    }
}

/// Somebody puts the older row of a journal back after its import was undone: that makes no import of it.
#[test]
fn an_import_that_was_undone_is_not_undone_again() {
    let house = filled();
    let old = house.folder().join("old.drivekey");
    std::fs::write(&old, house.bytes()).unwrap();
    let mut vault = house.open();
    let removed = vault.undo_import(now()).unwrap().unwrap().removed;
    vault.restore(removed[0]).unwrap();
    drop(vault);
    let act = format!(
        "ATTACH '{}' AS old; DELETE FROM item WHERE number = 3; INSERT INTO item SELECT * FROM old.item WHERE number = 3; DETACH old",
        old.display()
    );
    house.stranger().execute_batch(&act).unwrap();
    let mut vault = house.open();
    assert!(vault.last_import().unwrap().is_none() && vault.undo_import(now()).unwrap().is_none());
    assert!(vault.entry(removed[0]).unwrap().details.removed.is_none());
    assert_eq!(verified(&mut vault), [FaultKind::Items]);
}

/// More items than one batch has: lists, a verification, a purge and a repair see all of them.
#[test]
fn items_of_several_batches_are_all_seen() {
    let house = House::with(3);
    let mut vault = house.open();
    let numbers: Vec<ItemNumber> = (0..300).map(|_| copy(&mut vault)).collect();
    let listed = vault.copies().unwrap().sound().unwrap();
    assert_eq!(listed.iter().map(|copy| copy.number).collect::<Vec<_>>(), numbers);
    assert_eq!(verified(&mut vault), []);
    let handle = vault.list(&drivekey_vault::Filter::default()).unwrap().entries[0].handle;
    vault.remove(handle, now()).unwrap();
    vault.purge(&[handle]).unwrap();
    vault.repair().unwrap();
    assert_eq!(verified(&mut vault), []);
    drop(vault);
    house.stranger().execute_batch("DELETE FROM item WHERE number = 299").unwrap();
    assert_eq!(verified(&mut house.open()), [FaultKind::Items]);
}
