//! Pictures and printed documents in an import, in wrappings of all kinds, and in a build that reads none.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

use std::io::Cursor;

use drivekey_flows::{ReadHere, ScanReader};
use drivekey_sheet::{ScanError, Scanned};
use drivekey_testkit::documents::{Container, pack};
use image::{GrayImage, ImageFormat, Luma};
use qrcode::{Color, QrCode};

use crate::cli_house::{House, ID_1, KEY_1};

/// A house whose vault has one key, and that key's sheet: a PDF, and a picture of its code.
fn sheets() -> (House, Vec<u8>, Vec<u8>) {
    let mut house = House::with_vault();
    house.key_file("k/one.txt", ID_1, KEY_1);
    let imported = house.given(&["import", "~/k", "--yes"], &[]);
    assert_eq!(imported.exit, 0, "{:?}", imported.log);
    assert_eq!(house.given(&["sheet", "r1", "--to", "~/page.pdf"], &[]).exit, 0);
    let document = std::fs::read(house.path("page.pdf")).unwrap();
    (house, document, picture(&KEY_1.replace('-', "")))
}

/// A picture of a code on white paper.
fn picture(payload: &str) -> Vec<u8> {
    const MODULE_DOTS: u32 = 6;
    const QUIET_MODULES: u32 = 4;
    let code = QrCode::new(payload).unwrap();
    let side = u32::try_from(code.width()).unwrap();
    let paper = GrayImage::from_fn(side * MODULE_DOTS + 300, side * MODULE_DOTS + 300, |x, y| {
        let module = |at: u32| (at / MODULE_DOTS).checked_sub(QUIET_MODULES).filter(|module| *module < side);
        let dark = module(x).zip(module(y)).is_some_and(|(x, y)| code[(x as usize, y as usize)] == Color::Dark);
        Luma([if dark { 0 } else { 255 }])
    });
    let mut bytes = Cursor::new(Vec::new());
    paper.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[test]
fn a_sheet_in_a_mail_or_an_archive_is_imported() {
    let (_, document, picture) = sheets();
    for (name, bytes) in [
        ("document.eml", Container::Mail.around(&document)),
        ("document.zip", pack(&[("papers/page.pdf", &document)])),
        ("picture.eml", Container::Mail.around(&picture)),
        ("picture.zip", pack(&[("papers/page.png", &picture)])),
        ("both.zip", pack(&[("forwarded.eml", &Container::Mail.around(&picture)), ("page.pdf", &document)])),
    ] {
        let mut house = House::with_vault();
        house.write(&format!("k/{name}"), &bytes);
        let imported = house.given(&["import", "~/k", "--yes"], &[]);
        assert_eq!(imported.exit, 0, "{name}: {:?}", imported.log);
        let shown = house.given(&["show", "r1", "--json"], &[]);
        assert_eq!(shown.json()["key"], KEY_1, "{name}: {:?}", shown.log);
        // Only the document says whose key it is.
        let id = if name.starts_with("picture") { serde_json::Value::Null } else { ID_1.into() };
        assert_eq!(shown.json()["id"], id, "{name}");
    }
}

/// The reader of a build without the feature `scans`.
struct LeftOut;

impl ScanReader for LeftOut {
    fn read(&self, bytes: &[u8]) -> Result<Vec<Scanned>, ScanError> {
        match ReadHere.read(bytes) {
            Err(ScanError::Format) => Err(ScanError::Format),
            _ => Err(ScanError::NotInThisBuild),
        }
    }
}

#[test]
fn a_build_that_reads_no_scans_says_so_and_never_that_there_is_no_key() {
    let (mut house, _, picture) = sheets();
    house.scans = &LeftOut;
    let scanned = b"%PDF-1.4 with nothing but a picture";
    for (name, bytes) in
        [("page.pdf", scanned.to_vec()), ("page.png", picture.clone()), ("page.zip", pack(&[("page.png", &picture)]))]
    {
        house.write(&format!("{name}-folder/{name}"), &bytes);
        for named in [format!("~/{name}-folder"), format!("~/{name}-folder/{name}")] {
            let imported = house.given(&["import", &named, "--json", "--yes"], &[]);
            let file = &imported.json()["files"][0];
            assert_eq!(file["remarks"][0]["code"], "no_scan_reader", "{:?}", imported.log);
            let because = file["refusedBecause"].as_str().unwrap_or_default();
            assert!(because.contains("not looked into"), "{:?}", imported.log);
            assert!(!imported.out().contains("no_password_in_file"), "{:?}", imported.log);
        }
    }
    let compared = house.given(&["sheet", "check", "~/page.pdf"], &[]);
    assert_eq!(compared.exit, 1, "{:?}", compared.log);
    assert!(compared.out().contains("built without the reading of pictures and PDFs"), "{:?}", compared.log);
    let kit = house.run(&["kit", "check", "~/page.pdf"], &[]);
    assert_eq!(kit.exit, 1, "{:?}", kit.log);
    assert_eq!(
        kit.err(),
        "drivekey: this drivekey was built without the reading of pictures and PDFs.\n  Type the kit with --kit, or \
         use the full program.\n"
    );
    // A kit in a text file is read as ever.
    let text = house.write("kit.txt", b"no kit");
    let kit = house.run(&["kit", "check", &text.display().to_string()], &[]);
    assert!(!kit.err().contains("built without"), "{:?}", kit.log);
}
