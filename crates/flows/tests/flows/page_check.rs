//! From a printed page back to its record.

use std::path::PathBuf;

use drivekey_flows::give_out::{Arrangement, Choice, pages};
use drivekey_flows::page_check::{Checked, NotCompared, Verdict, check, read_scans, verified};
use drivekey_flows::{ReadHere, ScanReader};
use drivekey_record::RecoveryPassword;
use drivekey_sheet::{CombineError, Paper, ScanError, Scanned, SplitKind};
use drivekey_testkit::house::{House, handle, known_digits, now};
use drivekey_vault::{Unlocked, Vault};

use crate::tools::{KEY_1, write};

fn password(digits: &str) -> RecoveryPassword {
    RecoveryPassword::parse(digits).unwrap()
}

/// The pages of a record as a file, in pieces of one page.
fn printed(vault: &mut Vault<Unlocked>, folder: &std::path::Path, split: Option<SplitKind>) -> Vec<PathBuf> {
    let keys = Choice::of(vec![vault.entry(handle(1)).unwrap()], Vec::new()).reveal_whole(vault).unwrap();
    let arrangement = split.map_or(Arrangement::Whole, Arrangement::Split);
    let pages = pages(&keys, arrangement, now().date_naive()).unwrap();
    let page = |at: usize| drivekey_sheet::pdf(&pages[at..=at], Paper::A4, &[]).unwrap();
    (0..pages.len()).map(|at| write(folder, &format!("{at}.pdf"), page(at).as_slice())).collect()
}

fn checked(vault: &mut Vault<Unlocked>, scans: &[PathBuf]) -> Vec<Checked> {
    let scans = read_scans(&ReadHere, scans).unwrap();
    check(vault, None, scans).unwrap().checked
}

#[test]
fn what_is_typed_is_compared_with_all_records() {
    let house = House::with(2);
    let mut vault = house.open();
    let known = check(&mut vault, Some(&password(&known_digits(0))), Vec::new()).unwrap().checked;
    assert!(matches!(&known[..], [Checked { scans, verdict: Verdict::Verified(entry) }]
        if scans.is_empty() && entry.handle == handle(1)));
    assert_eq!(verified(&known), [handle(1)]);
    let unknown = check(&mut vault, Some(&password(KEY_1)), Vec::new()).unwrap().checked;
    assert!(matches!(unknown[0].verdict, Verdict::Unknown(None)) && verified(&unknown).is_empty());
}

#[test]
fn a_page_is_verified_from_its_scan_and_other_files_say_why_not() {
    let house = House::with(2);
    let folder = tempfile::tempdir().unwrap();
    let mut vault = house.open();
    let mut scans = printed(&mut vault, folder.path(), None);
    scans.push(write(folder.path(), "text.txt", "no picture"));
    let found = checked(&mut vault, &scans);
    assert_eq!(verified(&found), [handle(1)]);
    assert!(matches!(found[1].verdict, Verdict::NotCompared(NotCompared::Scan(ScanError::Format))));
    let absent = folder.path().join("absent.png");
    assert!(read_scans(&ReadHere, std::slice::from_ref(&absent)).is_err_and(|error| error.path == absent));
}

#[test]
fn sheets_of_a_set_are_put_together() {
    let house = House::with(2);
    let folder = tempfile::tempdir().unwrap();
    let mut vault = house.open();
    let scans = printed(&mut vault, folder.path(), Some(SplitKind::TwoOfThree));
    let found = checked(&mut vault, &scans[..2]);
    assert!(matches!(&found[..], [one] if one.scans == scans[..2]));
    assert_eq!(verified(&found), [handle(1)]);
    let found = checked(&mut vault, &scans[2..]);
    assert!(matches!(
        found[0].verdict,
        Verdict::NotCompared(NotCompared::Set { error: CombineError::Missing { .. }, .. })
    ));
}

/// A reader that came to an end.
struct Broken;

impl ScanReader for Broken {
    fn read(&self, _: &[u8]) -> Result<Vec<Scanned>, ScanError> {
        Err(ScanError::GaveUp)
    }
}

#[test]
fn a_reader_that_gave_up_is_an_answer() {
    let house = House::with(1);
    let folder = tempfile::tempdir().unwrap();
    let scan = write(folder.path(), "scan.png", b"\x89PNG");
    let scans = read_scans(&Broken, &[scan]).unwrap();
    let found = check(&mut house.open(), None, scans).unwrap().checked;
    assert!(matches!(found[0].verdict, Verdict::NotCompared(NotCompared::Scan(ScanError::GaveUp))));
}
