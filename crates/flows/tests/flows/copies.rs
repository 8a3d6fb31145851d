//! Copies: noted once, checked again, and sheets that are told apart.

use std::path::Path;

use crate::house::House;
use drivekey_flows::copies::{Made, Noted, SheetError, SheetNote, note, place_of, sheet_compared};
use drivekey_record::{CopyKind, Handle, ItemNumber, LineText};
use drivekey_testkit::house::now;
use drivekey_vault::CopyMark;

fn made<'a>(kind: CopyKind, place: &'a LineText, records: &'a [Handle], is_compared: bool) -> Made<'a> {
    Made { kind, name: None, place, records, is_compared, slot: None }
}

fn new(house: &mut House, kind: CopyKind, place: &str, records: &[Handle]) -> ItemNumber {
    match note(&mut house.vault, &made(kind, &place_of(Path::new(place)).unwrap(), records, false), now()).unwrap() {
        Noted::New(number) => number,
        Noted::Checked(number) => panic!("{number} was there"),
    }
}

#[test]
fn a_copy_that_was_there_and_compared_is_checked_and_not_noted_twice() {
    let mut house = House::new();
    let records = [house.add(1).handle, house.add(2).handle];
    let stick = new(&mut house, CopyKind::Stick, "/stick", &records);
    let place = place_of(Path::new("/stick")).unwrap();
    let again = |house: &mut House, records: &[Handle], is_compared: bool| {
        note(&mut house.vault, &made(CopyKind::Stick, &place, records, is_compared), now()).unwrap()
    };
    assert_eq!(again(&mut house, &records[..1], true), Noted::Checked(stick));
    assert!(matches!(again(&mut house, &records, false), Noted::New(_)));
    let newest = house.vault.copies().unwrap().sound().unwrap().last().unwrap().number;
    house.vault.mark_copy(newest, CopyMark::Destroyed(now())).unwrap();
    assert_eq!(again(&mut house, &records, true), Noted::Checked(stick));
    let third = house.add(3).handle;
    assert!(matches!(again(&mut house, &[records[0], third], true), Noted::New(_)));
}

#[test]
fn the_sheet_that_was_compared_is_found_or_asked_for() {
    let mut house = House::new();
    let records = [house.add(1).handle, house.add(2).handle];
    let compared = |house: &mut House, named, files: &[&str], verified: &[Handle]| {
        sheet_compared(&mut house.vault, named, files, verified, now())
    };
    assert!(matches!(compared(&mut house, None, &[], &records), Ok(SheetNote::Unknown)));
    let both = new(&mut house, CopyKind::Sheet, "/sheets/both.pdf", &records);
    let stick = new(&mut house, CopyKind::Stick, "/stick", &records);
    match compared(&mut house, None, &[], &records[..1]) {
        Ok(SheetNote::HoldOthers(sheets)) => assert_eq!(sheets, [both]),
        other => panic!("{other:?}"),
    }
    assert!(matches!(compared(&mut house, None, &[], &records), Ok(SheetNote::Checked(number)) if number == both));
    assert!(house.vault.copies().unwrap().sound().unwrap()[0].info.checked_date_time.is_some());
    let second = new(&mut house, CopyKind::Sheet, "/sheets/second.pdf", &records);
    match compared(&mut house, None, &[], &records) {
        Ok(SheetNote::Which(sheets)) => assert_eq!(sheets, [both, second]),
        other => panic!("{other:?}"),
    }
    let by_file = compared(&mut house, None, &["/sheets/second.pdf"], &records);
    assert!(matches!(by_file, Ok(SheetNote::Checked(number)) if number == second), "{by_file:?}");
    let by_number = compared(&mut house, Some(both), &[], &records);
    assert!(matches!(by_number, Ok(SheetNote::Checked(number)) if number == both), "{by_number:?}");
    assert!(matches!(compared(&mut house, Some(stick), &[], &records), Err(SheetError::NotASheet(_))));
}
