//! Repairs: what a misread key may have been is found by its drive, kept, and tagged no more as possible.

use std::time::Duration;

use crate::house::{House, Stopping, guid, with, with_keys};
use drivekey_flows::Unwatched;
use drivekey_flows::drive_says::ByPerson;
use drivekey_flows::repair::{FEW, Repair, Searched, keep_possible};
use drivekey_fve::repair::{Candidates, Effort, Reading};
use drivekey_record::KeyId;
use drivekey_testkit::fve_support::made::{Protector, Secret, digits, guid_of, key_of};
use drivekey_testkit::house::{now, text};

/// Of the key of number 1, with so many digits that could not be read.
fn reading(unread: usize) -> Candidates {
    let whole = digits(key_of(1));
    let torn: String = whole.chars().enumerate().map(|(at, c)| if at < unread && c != '-' { '?' } else { c }).collect();
    Candidates::of(&Reading::parse(&torn).unwrap(), Effort::Likely)
}

#[test]
fn a_torn_key_is_found_kept_and_proved() {
    let mut house = House::new();
    let candidates = reading(1);
    let possible = keep_possible(&mut house.vault, &candidates, &KeyId::Unknown, Some(&text("PC")), now()).unwrap();
    assert!(!possible.is_empty() && possible.iter().all(|entry| entry.details.tags == [text("possible")]));
    let target = house.drive("two.img", &with_keys(&[1, 2]));
    let key_id = guid_of(1).parse().unwrap();
    let repair = Repair::on(target.volumes().unwrap(), &key_id);
    assert!(!repair.has_nothing_to_try() && !repair.is_unsure);
    let search = repair.search(&candidates);
    let estimate = search.estimate();
    assert_eq!(estimate.candidates, candidates.count());
    assert!(estimate.time < Duration::from_mins(10) && estimate.seconds_each > 0.0 && !search.is_too_long());
    let Searched::Found(hit) = search.run(&Unwatched) else { panic!("not found") };
    let mended = repair.keep(&mut house.vault, hit, ByPerson::default(), now()).unwrap().unwrap();
    assert_eq!(mended.entry.details.key_id, KeyId::Full(guid(1)));
    assert_eq!(mended.entry.details.tags, []);
    assert!(mended.trial.opened.is_some() && mended.kept.unwrap().new_others().len() == 1);
    assert!(mended.entry.details.proof.is_some_and(|proof| proof.level.is_proof()));
}

#[test]
fn a_search_can_be_stopped_and_ends_without_the_key() {
    let house = House::new();
    let target = house.drive("three.img", &with_keys(&[3]));
    let repair = Repair::on(target.volumes().unwrap(), &KeyId::Unknown);
    let candidates = reading(2);
    let watch = Stopping { after: 1, ..Stopping::default() };
    let searched = repair.search(&candidates).run(&watch);
    assert!(candidates.count() > 4 && matches!(searched, Searched::Stopped), "{searched:?}");
    assert!(matches!(repair.search(&candidates).run(&Unwatched), Searched::NotFound));
    let many = reading(30);
    assert!(repair.search(&many).is_too_long());
}

#[test]
fn a_drive_whose_keys_cannot_be_judged_is_not_searched_and_named_unsure() {
    let house = House::new();
    let newer = Secret::Recovery { key: key_of(1), flags: 0x40, nested_role: 0x12 };
    let target = house.drive("newer.img", &with(vec![Protector::of(1, 0x0800, newer.clone())]));
    let repair = Repair::on(target.volumes().unwrap(), &KeyId::Unknown);
    assert!(repair.has_nothing_to_try() && repair.is_unsure);
    let both = house.drive("both.img", &with(vec![Protector::of(1, 0x0800, newer), Protector::recovery(2)]));
    let (of_1, of_2) = (guid_of(1).parse().unwrap(), guid_of(2).parse().unwrap());
    assert!(Repair::on(both.volumes().unwrap(), &of_1).is_unsure);
    assert!(!Repair::on(both.volumes().unwrap(), &of_2).is_unsure);
}

#[test]
fn no_more_than_a_few_are_kept_to_be_tried_by_hand() {
    let mut house = House::new();
    let many = reading(7);
    assert!(many.count() > FEW);
    let kept = keep_possible(&mut house.vault, &many, &KeyId::Unknown, None, now()).unwrap();
    assert_eq!(kept.len() as u128, FEW);
}
