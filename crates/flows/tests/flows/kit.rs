//! A kit and its keyslot come to be together, or not at all.

use std::fs;

use drivekey_flows::ReadHere;
use drivekey_flows::kit::{Kit, KitError, NoKit, note_checked, read_kit};
use drivekey_flows::new_file::NewFileError;
use drivekey_record::CopyKind;
use drivekey_sheet::{KitTextError, Paper, ScanError};
use drivekey_testkit::house::{House, LIMITS, now, text};
use drivekey_vault::{CopyDraft, Vault};

use crate::tools::write;

/// So many keyslots are in the file.
fn slots(house: &House) -> usize {
    Vault::open(&house.path(), LIMITS, house.machine()).unwrap().slot_ids().count()
}

#[test]
fn the_page_opens_the_vault() {
    let house = House::new();
    let mut vault = house.open();
    let kit = Kit::make(&vault, Some(text("safe"))).unwrap();
    let slot = kit.slot();
    let page = kit.page(text("vault.drivekey"), now().date_naive()).unwrap();
    let document = drivekey_sheet::pdf(&[page], Paper::A4, &[]).unwrap();
    let path = house.folder().join("kit.pdf");
    assert_eq!(slots(&house), 1);
    assert_eq!(kit.into_file(&mut vault, &path, &document).unwrap(), slot);
    let draft = CopyDraft {
        kind: CopyKind::Kit,
        name: None,
        place: text("a drawer"),
        records: std::iter::empty().collect(),
        slot: Some(slot),
    };
    vault.register_copy(draft, now()).unwrap();
    drop(vault);
    let identity = read_kit(&ReadHere, &path).unwrap();
    let locked = Vault::open(&house.path(), LIMITS, house.machine()).unwrap();
    let mut vault = locked.unlock_with_kit(&identity).map_err(|failure| failure.error).unwrap();
    assert_eq!(note_checked(&mut vault, now()).unwrap().map(|info| info.slot), Some(slot));
    assert_eq!(vault.copies().unwrap().sound().unwrap()[0].info.checked_date_time, Some(now()));
}

#[test]
fn without_its_page_no_keyslot_stays() {
    let house = House::new();
    let mut vault = house.open();
    // Something stands in the page's place once it is to get its name.
    let path = house.folder().join("taken.pdf");
    fs::write(&path, "somebody's").unwrap();
    let kit = Kit::make(&vault, None).unwrap();
    let refused = kit.into_file(&mut vault, &path, b"page");
    assert!(matches!(refused, Err(KitError::WithoutPage { because: NewFileError::Exists(_), is_removed: true, .. })));
    assert_eq!(fs::read(&path).unwrap(), b"somebody's");
    // No folder: nothing was begun.
    let kit = Kit::make(&vault, None).unwrap();
    let refused = kit.into_file(&mut vault, &house.folder().join("none/kit.pdf"), b"page");
    assert!(matches!(refused, Err(KitError::Page(NewFileError::NotWritten { .. }))));
    // No printer.
    let kit = Kit::make(&vault, None).unwrap();
    let refused = kit.to_printer(&mut vault, || Err::<(), _>("no printer"));
    assert!(matches!(refused, Err(KitError::WithoutPage { because: "no printer", is_removed: true, .. })));
    assert_eq!(slots(&house), 1);
    let kit = Kit::make(&vault, None).unwrap();
    assert_eq!(kit.to_printer(&mut vault, || Ok::<_, ()>("queued")).unwrap(), "queued");
    assert_eq!(slots(&house), 2);
}

#[test]
fn what_is_no_kit_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let of = |name: &str, bytes: &[u8]| read_kit(&ReadHere, &write(folder.path(), name, bytes)).err().unwrap();
    assert!(matches!(of("note.txt", b"buy milk"), NoKit::Text(KitTextError::NotAKit)));
    assert!(matches!(of("cut.png", b"\x89PNG\r\n\x1a\n"), NoKit::Scan(ScanError::Damaged)));
    assert!(matches!(read_kit(&ReadHere, &folder.path().join("absent")).err().unwrap(), NoKit::Unreadable(_)));
}
