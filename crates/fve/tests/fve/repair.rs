//! Torn and mistyped recovery passwords are mended against volumes of our own making and their saved headers.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

use std::num::NonZeroUsize;
use std::ops::ControlFlow;

use drivekey_fve::repair::{Candidates, Effort, Reading, Search, SearchEnd, Searched, search};
use drivekey_fve::{Source, Volume, scan};
use drivekey_record::{KeyId, RecoveryPassword};
use drivekey_testkit::fve_support::made::{Made, Protector, Secret, digits, guid_of, key_of};

fn volume(made: &Made) -> Volume {
    scan(&mut Source::new(made.image()).unwrap()).unwrap().found.remove(0).volume.unwrap()
}

fn two_passwords() -> Made {
    Made { protectors: vec![Protector::recovery(2), Protector::recovery(1)], ..Made::default() }
}

fn searched(volume: &Volume, text: &str, key_id: &KeyId, limit: u128) -> Searched {
    let candidates = Candidates::of(&Reading::parse(text).unwrap(), Effort::Likely);
    let threads = NonZeroUsize::new(2).unwrap();
    search(&Search { candidates: &candidates, volume, key_id, from: 0, limit, threads }, &|_| ControlFlow::Continue(()))
}

fn groups() -> Vec<String> {
    digits(key_of(1)).split('-').map(str::to_owned).collect()
}

fn assert_found(searched: Searched) {
    let SearchEnd::Found { password, protector, .. } = searched.end else { panic!("{searched:?}") };
    assert_eq!(protector, guid_of(1).parse().unwrap());
    assert!(password.same_digits(&RecoveryPassword::parse(&digits(key_of(1))).unwrap()));
}

#[test]
fn unknown_digits_are_found_on_whatever_protector_they_open() {
    let mut groups = groups();
    groups[3].replace_range(4..6, "??");
    assert_found(searched(&volume(&two_passwords()), &groups.join(" "), &KeyId::Unknown, u128::MAX));
}

#[test]
fn a_mistyped_group_is_found_from_a_saved_header_and_its_key_id_halves_the_work() {
    let saved = volume(&two_passwords()).to_saved_header();
    let volume = Volume::from_saved_header(&saved).unwrap();
    let mut groups = groups();
    let exchanged: String = [&groups[5][..1], &groups[5][2..3], &groups[5][1..2], &groups[5][3..]].concat();
    assert_ne!(exchanged, groups[5]);
    groups[5] = exchanged;
    let found = searched(&volume, &groups.join("-"), &guid_of(1).parse().unwrap(), u128::MAX);
    assert!(found.progress.total < 100 && found.progress.done <= found.progress.total);
    assert_found(found);
}

#[test]
fn a_search_can_be_stopped_limited_and_gone_on_with() {
    let volume = volume(&two_passwords());
    let key_id: KeyId = guid_of(1).parse().unwrap();
    let mut groups = groups();
    groups[0] = "?".to_owned();
    let text = groups.join(" ");
    let limited = searched(&volume, &text, &key_id, 3);
    assert!(matches!(limited.end, SearchEnd::NotFound), "{limited:?}");
    assert_eq!((limited.progress.done, limited.progress.total), (3, 3));
    let candidates = Candidates::of(&Reading::parse(&text).unwrap(), Effort::Likely);
    let right = u128::from(u16::from_le_bytes([key_of(1)[0], key_of(1)[1]]));
    let threads = NonZeroUsize::MIN;
    let go_on = Search {
        candidates: &candidates,
        volume: &volume,
        key_id: &key_id,
        from: right - 1,
        limit: u128::MAX,
        threads,
    };
    assert_found(search(&go_on, &|_| ControlFlow::Continue(())));
    let stopped = search(&Search { from: 0, ..go_on }, &|_| ControlFlow::Break(()));
    assert!(matches!(stopped.end, SearchEnd::Stopped) && stopped.progress.done == 2, "{stopped:?}");
}

#[test]
fn without_a_protector_that_can_be_judged_there_is_nothing_to_open() {
    let fips = Secret::Recovery { key: key_of(1), flags: 0x40, nested_role: 0x12 };
    let made = Made { protectors: vec![Protector::of(1, 0x0800, fips)], ..Made::default() };
    assert!(matches!(searched(&volume(&made), &groups().join(" "), &KeyId::Unknown, 9).end, SearchEnd::NothingToOpen));
}
