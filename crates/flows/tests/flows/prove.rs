//! Proofs: what is tried, what is kept with the records, and what a key that does not open is told to be.

use crate::house::{House, Stopping, guid, with, with_keys};
use drivekey_flows::prove::{self, Answer, ProveError, Suspicion};
use drivekey_flows::trial::{NotOpened, Trial};
use drivekey_flows::{Unwatched, volumes::Placed};
use drivekey_record::{Created, KeyId, Proof, ProofLevel, State};
use drivekey_testkit::fve_support::made::{Made, Protector, Secret, guid_of, key_of, put_copy, salt_at};
use drivekey_testkit::house::now;
use drivekey_vault::TakenIn;

#[test]
fn a_key_that_opens_is_proved_and_brings_the_others() {
    let mut house = House::new();
    let own = house.add(1);
    let target = house.drive("two.img", &with_keys(&[1, 2]));
    let volumes = target.volumes().unwrap();
    let proved = prove::one(&mut house.vault, &volumes, &own, now()).unwrap().unwrap();
    assert!(proved.trial.opened.is_some() && proved.trial.not_opened_by(&own).is_none());
    let kept = proved.kept.unwrap();
    assert_eq!(kept.new_others().len(), 1);
    assert!(matches!(kept.others.taken[..], [(_, TakenIn::Noted(_)), (_, TakenIn::New(_))]), "{kept:?}");
    let proof = house.entry(&own).details.proof.unwrap();
    assert_eq!((proof.level, proof.volume, proof.at), (ProofLevel::FirstSector, guid(0xEE), now()));
}

#[test]
fn a_key_that_does_not_open_is_told_why() {
    let mut house = House::new();
    let (another, wrong) = (house.add(3), house.add_under(4, &guid_of(1)));
    let target = house.drive("one.img", &with_keys(&[1]));
    let volumes = target.volumes().unwrap();
    let proved = prove::one(&mut house.vault, &volumes, &another, now()).unwrap().unwrap();
    assert_eq!(proved.trial.not_opened_by(&another), Some(NotOpened::AnotherDrives { listed: vec![guid(1)] }));
    assert_eq!(house.entry(&another).details.proof, None);
    let proved = prove::one(&mut house.vault, &volumes, &wrong, now()).unwrap().unwrap();
    assert_eq!(proved.trial.not_opened_by(&wrong), Some(NotOpened::WrongDigit));
    assert_eq!(house.entry(&wrong).details.proof.map(|proof| proof.level), Some(ProofLevel::DoesNotOpen));
    // One that opened it earlier is not the one that is wrong.
    let proof = Proof { at: now(), level: ProofLevel::FirstSector, volume: guid(0xEE) };
    let (before, opened) = (house.vault.note_proof(another.handle, proof).unwrap(), now());
    let proved = prove::one(&mut house.vault, &volumes, &before, now()).unwrap().unwrap();
    let gone = NotOpened::NotListedNow { opened, listed: vec![guid(1)] };
    assert_eq!(proved.trial.not_opened_by(&before), Some(gone));
    // And keeps its proof.
    assert_eq!(house.entry(&before).details.proof.map(|proof| proof.level), Some(ProofLevel::FirstSector));
}

#[test]
fn a_spoilt_entry_is_no_wrong_digit() {
    let mut house = House::new();
    let own = house.add(1);
    let made = Made::default();
    let (mut image, mut block) = (with_keys(&[1]), made.block());
    let at = salt_at(&block);
    block[at] ^= 1;
    (0..3).for_each(|index| put_copy(&mut image, &made, index, &block, true));
    let proof = Proof { at: now(), level: ProofLevel::OpensVolume, volume: guid(0xEE) };
    let own = house.vault.note_proof(own.handle, proof).unwrap();
    let target = house.drive("spoilt.img", &image);
    let volumes = target.volumes().unwrap();
    let all = prove::all(&mut house.vault, &volumes, now(), &Unwatched).unwrap();
    assert_eq!(all.trials[0].suspicion(), Some(Suspicion::OpenedBefore));
    assert_eq!(all.trials[0].trial.not_opened_by(&own), Some(NotOpened::EntryChanged { opened: now() }));
    // Digits that opened a volume once are that volume's.
    assert_eq!(house.entry(&own).details.proof.map(|proof| proof.level), Some(ProofLevel::OpensVolume));
    assert_eq!(all.answer(), Answer::NoneOpens);
}

#[test]
fn all_that_may_fit_are_tried_and_no_more() {
    let mut house = House::new();
    let target = house.drive("two.img", &with_keys(&[1, 2]));
    let volumes = target.volumes().unwrap();
    assert!(matches!(prove::all(&mut house.vault, &volumes, now(), &Unwatched), Err(ProveError::NoKeys)));
    let (own, nameless, _) = (house.add(1), house.add_under(5, ""), house.add(6));
    let all = prove::all(&mut house.vault, &volumes, now(), &Unwatched).unwrap();
    let tried: Vec<_> = all.trials.iter().map(|one| one.entry.handle).collect();
    assert_eq!(tried, [own.handle, nameless.handle]);
    assert_eq!((all.answer(), all.not_tried, all.was_stopped), (Answer::Opens, 0, false));
    assert!(all.trials.iter().all(|one| one.suspicion().is_none()));
}

#[test]
fn key_ids_that_were_exchanged_are_found_and_nothing_is_held_against_the_digits() {
    let mut house = House::new();
    // The drive has the digits of 1 under the Key ID of 2.
    let secret = Secret::Recovery { key: key_of(1), flags: 0, nested_role: 0x12 };
    let target = house.drive("exchanged.img", &with(vec![Protector::of(2, 0x0800, secret)]));
    let volumes = target.volumes().unwrap();
    let (opens, listed) = (house.add(1), house.add(2));
    let all = prove::all(&mut house.vault, &volumes, now(), &Unwatched).unwrap();
    assert_eq!(all.answer(), Answer::Opens);
    let [first, second] = &all.trials[..] else { panic!("{all:?}") };
    assert_eq!((first.entry.handle, first.suspicion()), (listed.handle, Some(Suspicion::ExchangedWith(opens.handle))));
    assert_eq!((second.entry.handle, second.suspicion()), (opens.handle, None));
    assert_eq!(house.entry(&listed).details.proof, None);
    let kept = second.kept.as_ref().unwrap();
    assert!(kept.under_its_own.is_some_and(|handle| handle != opens.handle), "{kept:?}");
    assert_eq!(kept.new_others(), []);
}

#[test]
fn what_cannot_be_checked_is_no_no() {
    let mut house = House::new();
    house.add(1);
    let secret = Secret::Recovery { key: key_of(1), flags: 0x40, nested_role: 0x12 };
    let target = house.drive("newer.img", &with(vec![Protector::of(1, 0x0800, secret)]));
    let volumes = target.volumes().unwrap();
    let all = prove::all(&mut house.vault, &volumes, now(), &Unwatched).unwrap();
    assert_eq!((all.answer(), all.trials[0].trial.not_opened()), (Answer::Unsure, Some(NotOpened::UnknownWay)));
}

#[test]
fn it_can_be_stopped_and_then_does_not_say_no() {
    let mut house = House::new();
    house.add(3);
    let target = house.drive("one.img", &with_keys(&[1]));
    let volumes = target.volumes().unwrap();
    let all = prove::all(&mut house.vault, &volumes, now(), &Stopping::default()).unwrap();
    assert!(all.was_stopped && all.trials.is_empty());
    assert_eq!(all.answer(), Answer::Unsure);
    let watch = Stopping { after: 2, ..Stopping::default() };
    let all = prove::all(&mut house.vault, &volumes, now(), &watch).unwrap();
    assert_eq!((all.was_stopped, all.trials.len(), all.answer()), (false, 1, Answer::NoneOpens));
    assert_eq!(watch.told.into_inner(), 1);
}

#[test]
fn of_what_was_taken_in_only_what_may_fit_is_tried() {
    let mut house = House::new();
    let (own, other) = (house.add(1), house.add(3));
    let target = house.drive("one.img", &with_keys(&[1]));
    let volumes = target.volumes().unwrap();
    let tried = |house: &mut House, handles: &[_]| {
        let all = prove::taken_in(&mut house.vault, &volumes, handles, now(), &Unwatched).unwrap();
        (all.trials.iter().map(|one| one.entry.handle).collect::<Vec<_>>(), all.answer())
    };
    assert_eq!(tried(&mut house, &[own.handle, other.handle]), (vec![own.handle], Answer::Opens));
    assert_eq!(tried(&mut house, &[other.handle]), (vec![], Answer::NoneOpens));
}

#[test]
fn a_key_that_the_drive_lists_no_more_is_superseded_on_the_drive_itself_alone() {
    let mut house = House::new();
    let old = house.add(1);
    let proof = Proof { at: now(), level: ProofLevel::FirstSector, volume: guid(0xEE) };
    house.vault.note_proof(old.handle, proof).unwrap();
    let new = house.add(2);
    let target = house.drive("later.img", &with(vec![Protector { modified_seconds: 60, ..Protector::recovery(2) }]));
    let mut volumes = target.volumes().unwrap();
    let prove = |house: &mut House, volumes: &[Placed<'_>]| {
        prove::one(&mut house.vault, volumes, &new, now()).unwrap().unwrap().kept.unwrap()
    };
    let kept = prove(&mut house, &volumes);
    assert_eq!((kept.unlisted, kept.superseded), (vec![old.handle], vec![]));
    volumes[0].live = true;
    // When it was made is not known, so it may be newer than the drive's state.
    let kept = prove(&mut house, &volumes);
    assert_eq!((kept.unlisted, kept.superseded), (vec![old.handle], vec![]));
    assert_eq!(house.entry(&old).details.state, State::Current);
    let target = house.drive("before.img", &with_keys(&[1]));
    let before = target.volumes().unwrap();
    let created = drivekey_flows::drive_says::details_of(before[0].volume, guid(1)).created;
    assert!(matches!(created, Some(Created::Zoned(_))));
    let mut house = House::new();
    let own = house.add(1);
    prove::one(&mut house.vault, &before, &own, now()).unwrap();
    let new = house.add(2);
    for (live, unlisted, superseded) in [(false, vec![own.handle], vec![]), (true, vec![], vec![own.handle])] {
        volumes[0].live = live;
        let kept = prove::one(&mut house.vault, &volumes, &new, now()).unwrap().unwrap().kept.unwrap();
        assert_eq!((kept.unlisted, kept.superseded), (unlisted, superseded), "live: {live}");
    }
    assert_eq!(house.entry(&own).details.state, State::Superseded);
}

#[test]
fn a_vault_that_cannot_be_written_answers_all_the_same() {
    let mut house = House::new();
    let own = house.add(1);
    let older = house.house.bytes();
    house.add(3);
    house.reopen_older(&older);
    let target = house.drive("one.img", &with_keys(&[1]));
    let volumes = target.volumes().unwrap();
    let proved = prove::one(&mut house.vault, &volumes, &own, now()).unwrap().unwrap();
    assert!(proved.trial.opened.is_some() && proved.kept.is_err());
}

#[test]
fn a_typed_key_is_tried_without_a_vault() {
    let house = House::new();
    let target = house.drive("one.img", &with_keys(&[1]));
    let volumes = target.volumes().unwrap();
    let trial = Trial::of(&volumes, &crate::house::password(1), &KeyId::Unknown).unwrap();
    assert!(trial.opened.is_some() && trial.kept(now()).is_some_and(|proof| proof.level.is_proof()));
    assert!(Trial::of(&[], &crate::house::password(1), &KeyId::Unknown).is_none());
}
