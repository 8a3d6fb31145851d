//! Keys and volume types of a later version: kept to the byte through everything that this one does, and never taken for
//! what they are not.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use chrono::TimeDelta;
use drivekey_record::{
    Details, Guid, KeyId, KeyKind, LineText, Secret, SecretText, SourceKind, State, VolumeType, WORD_CHARS, Word,
};
use drivekey_testkit::house::{House, everything, now};
use drivekey_vault::reveal::{lend, reveal};
use drivekey_vault::{Edit, Expected, Filter, Incoming, Intake, Setting, TakenIn, Taking, VaultError};
use proptest::prelude::*;

fn word(text: &str) -> Word {
    Word::new(text).unwrap()
}

fn other(kind: Word, text: &str, details: Details) -> Incoming {
    let secret = Secret::Text(SecretText::new(text));
    Incoming {
        secret,
        details: Details { kind: KeyKind::named(kind), ..details },
        kind: SourceKind::Bundle,
        file_name: None,
    }
}

fn intake(records: Vec<Incoming>) -> Intake {
    Intake { records, attachments: Vec::new(), origin: None }
}

fn words() -> impl Strategy<Value = Word> {
    prop::collection::vec(prop::sample::select(b"azAZ09-._".to_vec()), 1..=WORD_CHARS)
        .prop_map(|letters| word(std::str::from_utf8(&letters).unwrap()))
        .prop_filter("not one that is known", |word| !word.as_str().eq_ignore_ascii_case("bitlocker"))
}

fn details() -> impl Strategy<Value = Details> {
    let device = prop_oneof![Just(None), "[a-c]{1,2}".prop_map(|name| name.parse::<LineText>().ok())];
    (words(), device, any::<Option<[u8; 16]>>()).prop_map(|(volume_type, device_name, id)| Details {
        volume_type: VolumeType::Other(volume_type),
        device_name,
        key_id: id.map_or(KeyId::Unknown, |id| KeyId::Full(Guid::from_bytes(id))),
        ..Details::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, ..ProptestConfig::default() })]

    /// In, out, changed, undone, in again, found, verified, opened anew.
    #[test]
    fn a_key_of_any_kind_stays_as_it_is(kind in words(), text in prop_oneof!["\\PC{0,60}", ".{0,60}", "(.|\n){0,400}"], details in details()) {
        let house = House::with(2);
        let mut vault = house.open();
        let one = || other(kind, &text, details.clone());
        prop_assert_eq!(vault.expect(&[one()]).unwrap(), [Expected::New]);
        let at = |seconds| now() + TimeDelta::seconds(seconds);
        let taken = vault.import(intake(vec![one()]), at(0), Taking::Keep, |_| {}).unwrap();
        let TakenIn::New(handle) = taken.records[0] else { panic!("{taken:?}") };
        prop_assert_eq!(vault.expect(&[one()]).unwrap(), [Expected::Known(handle)]);
        prop_assert!(vault.undo_import(at(1)).unwrap().unwrap().removed == [handle]);
        let again = vault.import(intake(vec![one()]), at(2), Taking::Keep, |_| {}).unwrap();
        prop_assert_eq!(&again.records, &[TakenIn::New(handle)]);
        let edit = Edit { note: Setting::To("a note".parse().unwrap()), state: Some(State::Used), ..Edit::default() };
        vault.edit(handle, edit).unwrap();
        let twice = vault.import(intake(vec![one()]), at(3), Taking::Keep, |_| {}).unwrap();
        prop_assert_eq!(twice.records[0].handle(), handle);
        drop(vault);
        let mut vault = house.open();
        let entry = vault.entry(handle).unwrap();
        prop_assert_eq!(entry.details.kind, KeyKind::named(kind));
        prop_assert_eq!(entry.details.volume_type, details.volume_type);
        prop_assert_eq!((&entry.details.device_name, &entry.details.key_id), (&details.device_name, &details.key_id));
        let revealed = reveal(&mut vault, &entry).unwrap();
        prop_assert_eq!(revealed.key.as_str(), text.as_str());
        let refused = lend(&mut vault, &entry);
        prop_assert!(matches!(refused, Err(VaultError::NoRecoveryPassword(of, _)) if of == handle));
        let found = vault.find(&[kind.as_str().to_owned()]).unwrap().entries;
        prop_assert!(found.contains(&entry));
        let of_type = Filter { volume_type: Some(details.volume_type), ..Filter::default() };
        prop_assert_eq!(vault.list(&of_type).unwrap().entries, [entry]);
        let verified = vault.verify(|_, _| {}).unwrap();
        prop_assert_eq!((verified.whole, verified.faults), (3, Vec::new()));
    }

    /// What is said of a volume type that is not known is neither lost nor taken for one that is.
    #[test]
    fn sayings_of_unknown_volume_types_are_kept(first in words(), second in words()) {
        let house = House::new();
        let mut vault = house.open();
        for (at, volume_type) in [(0, VolumeType::Unknown), (1, VolumeType::Other(first)), (2, VolumeType::Other(second))] {
            let one = other(word("luks2"), "text", Details { volume_type, ..Details::default() });
            vault.import(intake(vec![one]), now() + TimeDelta::seconds(at), Taking::Keep, |_| {}).unwrap();
        }
        let entries = vault.list(&everything()).unwrap().entries;
        prop_assert_eq!(entries.len(), 1);
        prop_assert_eq!(entries[0].details.volume_type, VolumeType::Other(first));
        let elsewhere = entries[0].details.sources.iter().find_map(|source| source.volume_type);
        prop_assert_eq!(elsewhere, (first != second).then_some(VolumeType::Other(second)));
    }
}

/// One Key ID under two kinds, and one text under two kinds, contradict nothing; within a kind they do.
#[test]
fn only_keys_of_one_kind_are_in_conflict() {
    let house = House::with(1);
    let mut vault = house.open();
    let known = vault.list(&everything()).unwrap().entries.remove(0);
    let id = Details { key_id: known.details.key_id.clone(), ..Details::default() };
    let incoming = vec![
        other(word("luks1"), "one", id.clone()),
        other(word("luks2"), "one", id.clone()),
        other(word("luks2"), "two", id.clone()),
        other(word("luks2"), "two ", Details::default()),
    ];
    let taken = vault.take_in(incoming, now(), Taking::Keep, |_| {}).unwrap();
    let handles: Vec<_> = taken.iter().map(TakenIn::handle).collect();
    assert!(matches!(&taken[2], TakenIn::Conflict(_, with) if *with == [handles[1]]), "{taken:?}");
    assert!([0, 1, 3].iter().all(|at| matches!(taken[*at], TakenIn::New(_))), "{taken:?}");
    assert!(vault.entry(known.handle).unwrap().details.conflicts_with.is_empty());
    vault.remove(handles[2], now()).unwrap();
    vault.restore(handles[2]).unwrap();
    assert!(vault.entry(known.handle).unwrap().details.conflicts_with.is_empty());
    assert!(vault.verify(|_, _| {}).unwrap().faults.is_empty());
}

/// A key and a kind that do not fit never reach the file.
#[test]
fn a_text_is_no_recovery_password() {
    let house = House::with(1);
    let before = house.bytes();
    let mut vault = house.open();
    let mut wrong = other(word("luks2"), "text", Details::default());
    wrong.details.kind = KeyKind::BitLocker;
    assert!(vault.take_in(vec![wrong], now(), Taking::Keep, |_| {}).is_err());
    drop(vault);
    assert!(house.bytes() == before);
}
