//! Imports and their undoing in any order end with the union of what was not undone; attachments and the register of
//! copies are kept, given back byte for byte, and named when somebody touches them.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]
#![allow(dead_code, unreachable_pub, reason = "each test uses its part of the house")]

mod typed;

use std::collections::BTreeSet;

use drivekey_record::{AttachmentKind, CopyKind, Guid, HandleSet, LineText};
use drivekey_testkit::house::{
    House, everything, handle, incoming, known_digits, known_incoming, known_key_id, now, text,
};
use drivekey_vault::reveal::reveal_attachment;
use drivekey_vault::{
    AttachedAs, CopyDraft, CopyMark, FaultKind, Filter, Incoming, Intake, NewAttachment, TakenIn, Taking, Unlocked,
    Vault, VaultError,
};
use zeroize::Zeroizing;

/// A number generator of no quality, the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

fn import(vault: &mut Vault<Unlocked>, records: Vec<Incoming>, seconds: i64) -> Vec<TakenIn> {
    let intake = Intake { records, attachments: Vec::new(), origin: Some(text("E:\\")) };
    vault.import(intake, now() + chrono::TimeDelta::seconds(seconds), Taking::Keep, |_| {}).unwrap().records
}

/// The Key IDs of what is in the vault and not in its trash.
fn in_force(vault: &mut Vault<Unlocked>) -> BTreeSet<String> {
    let listing = vault.list(&Filter::default()).unwrap();
    assert!(listing.faults.is_empty(), "{:?}", listing.faults);
    listing.entries.into_iter().map(|entry| entry.details.key_id.to_string()).collect()
}

fn one(number: u32, file: u32) -> Incoming {
    incoming(&known_digits(number), &known_key_id(number), &format!("Gerät-{file}"), &format!("Datei-{file}.txt"))
}

#[test]
fn five_hundred_orders_end_with_the_union_of_what_was_not_undone() {
    let files: [&[u32]; 5] = [&[0, 1], &[1, 2], &[2, 3, 0], &[4], &[0, 1, 2, 3, 4]];
    let mut dice = Dice(7);
    let mut seconds = 0;
    for _ in 0..50 {
        let house = House::new();
        let mut vault = house.open();
        let mut stack: Vec<usize> = Vec::new();
        // Ten orders one after another in one vault: each begins where the last one ended.
        for _ in 0..10 {
            for _ in 0..dice.below(5) {
                seconds += 1;
                if dice.below(5) < 3 {
                    let file = usize::try_from(dice.below(5)).unwrap();
                    import(
                        &mut vault,
                        files[file].iter().map(|number| one(*number, u32::try_from(file).unwrap())).collect(),
                        seconds,
                    );
                    stack.push(file);
                } else {
                    let undone = vault.undo_import(now() + chrono::TimeDelta::seconds(seconds)).unwrap();
                    assert_eq!(undone.is_some(), stack.pop().is_some());
                }
            }
            let expected: BTreeSet<String> =
                stack.iter().flat_map(|file| files[*file]).map(|number| known_key_id(*number)).collect();
            assert_eq!(in_force(&mut vault), expected, "{stack:?}");
        }
        assert!(vault.verify(|_, _| {}).unwrap().faults.is_empty());
    }
}

#[test]
fn undoing_gives_back_the_details_as_they_were() {
    let house = House::new();
    let mut vault = house.open();
    import(&mut vault, vec![one(0, 1)], 1);
    let before = vault.list(&everything()).unwrap().entries;
    let mut second = one(0, 2);
    second.details.volume_label = Some(text("Daten"));
    second.details.tags = vec![text("Büro")];
    import(&mut vault, vec![second, one(9, 2)], 2);
    assert_ne!(vault.list(&everything()).unwrap().entries[0].details, before[0].details);
    let undone = vault.undo_import(now()).unwrap().unwrap();
    assert_eq!((undone.removed, undone.reverted, undone.kept), (vec![handle(2)], vec![handle(1)], vec![]));
    let after = vault.list(&everything()).unwrap().entries;
    assert_eq!(after[0].details, before[0].details);
    assert!(after[1].details.removed.is_some() && after[1].details.undone);
}

#[test]
fn a_conflict_that_an_import_made_goes_with_it_and_a_key_that_was_typed_too_stays() {
    let house = House::new();
    let mut vault = house.open();
    import(&mut vault, vec![one(0, 1)], 1);
    let rival = incoming(&known_digits(5), &known_key_id(0), "", "b.txt");
    assert!(matches!(import(&mut vault, vec![rival, one(6, 2)], 2)[0], TakenIn::Conflict(..)));
    let mut typed = one(6, 3);
    typed.kind = drivekey_record::SourceKind::Typed;
    vault.take_in(vec![typed], now(), Taking::Keep, |_| {}).unwrap();
    let undone = vault.undo_import(now()).unwrap().unwrap();
    assert_eq!((undone.removed, undone.kept), (vec![handle(2)], vec![handle(3)]));
    let entries = vault.list(&everything()).unwrap().entries;
    assert!(entries[0].details.conflicts_with.is_empty());
    // Once undone it is in nobody's way, and the same file brings it back under its old name.
    let rival = incoming(&known_digits(5), &known_key_id(0), "", "b.txt");
    assert_eq!(import(&mut vault, vec![rival], 3), [TakenIn::Conflict(handle(2), vec![handle(1)])]);
}

#[test]
fn what_a_person_changed_since_is_not_undone() {
    let house = House::new();
    let mut vault = house.open();
    import(&mut vault, vec![one(0, 1)], 1);
    let mut second = one(0, 2);
    second.details.volume_label = Some(text("Daten"));
    import(&mut vault, vec![second], 2);
    let edit = drivekey_vault::Edit { note: drivekey_vault::Setting::To(text("wichtig")), ..Default::default() };
    vault.edit(handle(1), edit).unwrap();
    vault.undo_import(now()).unwrap().unwrap();
    let details = &vault.entry(handle(1)).unwrap().details;
    assert_eq!((details.note.clone(), details.volume_label.clone()), (Some(text("wichtig")), None));
}

#[test]
fn purged_records_leave_no_trace_in_the_journal() {
    let house = House::new();
    let mut vault = house.open();
    import(&mut vault, vec![one(0, 1)], 1);
    import(&mut vault, vec![one(0, 2)], 2);
    vault.remove(handle(1), now()).unwrap();
    vault.purge(&[handle(1)]).unwrap();
    assert_eq!(vault.last_import().unwrap().unwrap().changed, 0);
    assert!(vault.undo_import(now()).unwrap().unwrap().reverted.is_empty());
}

#[test]
fn only_the_latest_imports_are_remembered() {
    let house = House::new();
    let mut vault = house.open();
    for number in 0..70 {
        import(&mut vault, vec![one(number, 1)], i64::from(number));
    }
    let mut undone = 0;
    while vault.undo_import(now()).unwrap().is_some() {
        undone += 1;
    }
    assert_eq!(undone, 64);
    assert_eq!(in_force(&mut vault).len(), 6);
}

fn startup_key(byte: u8) -> NewAttachment {
    NewAttachment {
        kind: AttachmentKind::ExternalKey,
        guid: Guid::from_bytes([byte; 16]),
        key_ids: Vec::new(),
        bytes: Zeroizing::new(vec![byte; 156]),
        device_name: None,
        volume_label: None,
        file_name: "A.BEK".parse::<LineText>().ok(),
        created: None,
    }
}

#[test]
fn an_attachment_comes_out_byte_for_byte_and_is_kept_once() {
    let house = House::with(2);
    let mut vault = house.open();
    let AttachedAs::New(number) = vault.attach(startup_key(7), now()).unwrap() else { panic!() };
    assert_eq!(vault.attach(startup_key(7), now()).unwrap(), AttachedAs::Known(number));
    vault.attach(startup_key(8), now()).unwrap();
    drop(vault);
    let mut vault = house.open();
    let attachments = vault.attachments().unwrap().sound().unwrap();
    assert_eq!(attachments.len(), 2);
    assert_eq!(*reveal_attachment(&mut vault, &attachments[0]).unwrap(), vec![7; 156]);
    assert!(vault.verify(|_, _| {}).unwrap().faults.is_empty());
}

#[test]
fn an_import_takes_attachments_and_its_undoing_puts_them_away() {
    let house = House::new();
    let mut vault = house.open();
    let intake =
        || Intake { records: vec![one(0, 1)], attachments: vec![startup_key(7), startup_key(7)], origin: None };
    let outcome = vault.import(intake(), now(), Taking::DryRun, |_| {}).unwrap();
    assert_eq!((outcome.records.len(), outcome.attachments.len()), (1, 2));
    assert!(vault.attachments().unwrap().sound().unwrap().is_empty());
    let outcome = vault.import(intake(), now(), Taking::Keep, |_| {}).unwrap();
    assert!(matches!(outcome.attachments[..], [AttachedAs::New(a), AttachedAs::Known(b)] if a == b));
    vault.undo_import(now()).unwrap().unwrap();
    assert!(vault.attachments().unwrap().sound().unwrap()[0].info.removed_date_time.is_some());
    vault.import(intake(), now(), Taking::Keep, |_| {}).unwrap();
    assert!(vault.attachments().unwrap().sound().unwrap()[0].info.removed_date_time.is_none());
    assert!(vault.verify(|_, _| {}).unwrap().faults.is_empty());
}

#[test]
fn copies_are_listed_and_go_stale() {
    let house = House::with(3);
    let mut vault = house.open();
    let draft = CopyDraft {
        kind: CopyKind::Stick,
        name: Some(text("the blue stick")),
        place: text("E:\\"),
        records: [handle(1), handle(2)].into_iter().collect(),
        slot: None,
    };
    let number = vault.register_copy(draft, now()).unwrap();
    assert_eq!(vault.copies().unwrap().sound().unwrap()[0].stale, HandleSet::default());
    vault.remove(handle(2), now()).unwrap();
    let copies = vault.copies().unwrap().sound().unwrap();
    assert_eq!(copies[0].stale, [handle(2)].into_iter().collect());
    vault.mark_copy(number, CopyMark::Destroyed(now())).unwrap();
    assert_eq!(vault.copies().unwrap().sound().unwrap()[0].info.destroyed_date_time, Some(now()));
    assert!(matches!(
        vault.mark_copy(drivekey_record::ItemNumber::new(9).unwrap(), CopyMark::Checked(now())),
        Err(VaultError::NoSuchItem(_))
    ));
}

/// Each of these is somebody with a database tool.
const TOUCHES: [&str; 7] = [
    "DELETE FROM content; DELETE FROM item",
    "DELETE FROM content WHERE number = 1",
    "UPDATE item SET summary = (SELECT summary FROM item WHERE number = 2) WHERE number = 1",
    "UPDATE content SET age = (SELECT age FROM content WHERE number = 2) WHERE number = 1",
    "UPDATE item SET content_sha256 = (SELECT content_sha256 FROM item WHERE number = 2), revision = (SELECT revision FROM item WHERE number = 2), summary = (SELECT summary FROM item WHERE number = 2) WHERE number = 1",
    "UPDATE item SET number = 9 WHERE number = 1",
    "DELETE FROM content WHERE number = 2; DELETE FROM item WHERE number = 2",
];

#[test]
fn touched_items_are_named_and_never_given_out() {
    for touch in TOUCHES {
        let house = House::with(1);
        let mut vault = house.open();
        vault.attach(startup_key(7), now()).unwrap();
        vault.attach(startup_key(8), now()).unwrap();
        let attachments = vault.attachments().unwrap().sound().unwrap();
        drop(vault);
        house.stranger().execute_batch(touch).unwrap();
        let mut vault = house.open();
        let faults = vault.verify(|_, _| {}).unwrap().faults;
        let ours = |kind: &FaultKind| matches!(kind, FaultKind::Item(_) | FaultKind::Content(_) | FaultKind::Items);
        assert!(faults.iter().any(|fault| ours(&fault.kind)), "{touch}: {faults:?}");
        for (attachment, byte) in attachments.iter().zip([7, 8]) {
            match reveal_attachment(&mut vault, attachment) {
                Ok(bytes) => assert_eq!(*bytes, vec![byte; 156], "{touch}"),
                Err(error) => assert!(format!("{error:?}").contains("Faults"), "{touch}: {error:?}"),
            }
        }
    }
}

#[test]
fn records_alone_write_no_items() {
    let house = House::with(1);
    let mut vault = house.open();
    vault.take_in(vec![known_incoming(5)], now(), Taking::Keep, |_| {}).unwrap();
    assert_eq!(house.stranger().query_row("SELECT count(*) FROM item", [], |row| row.get::<_, u32>(0)).unwrap(), 0);
    assert!(vault.last_import().unwrap().is_none());
}
