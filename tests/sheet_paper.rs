//! Printed pages as independent programs see them: `pdftotext` in reading order, `zbarimg` on pictures with specks and
//! a slight turn. Needs poppler-utils, zbar-tools and ImageMagick.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

mod sheet_house;

use std::fs;
use std::path::Path;

use drivekey::sheet::Paper;
use sheet_house::{Made, key_pages, kit, list, pdf, shares};

/// Pictures of every kind of page, to be looked at: `DRIVEKEY_PICTURES=FOLDER cargo test --test sheet_paper -- --ignored`.
#[test]
#[ignore = "writes files for a person's eyes"]
fn pictures() {
    let folder = std::env::var_os("DRIVEKEY_PICTURES").expect("DRIVEKEY_PICTURES names the folder");
    let folder = Path::new(&folder);
    let made = Made::new();
    for (paper, name) in [(Paper::A4, "a4"), (Paper::Letter, "letter")] {
        let pages = [
            ("key", vec![key_pages(&made).remove(0)]),
            ("names", key_pages(&made)),
            ("list", vec![list(&made)]),
            ("split2", shares(&made, drivekey::sheet::SplitKind::TwoOfTwo)),
            ("split3", shares(&made, drivekey::sheet::SplitKind::TwoOfThree)),
            ("kit", vec![kit()]),
        ];
        for (what, pages) in pages {
            fs::write(folder.join(format!("{what}-{name}.pdf")), pdf(&pages, paper)).unwrap();
            fs::write(folder.join(format!("{what}-{name}.html")), drivekey::sheet::html(&pages, paper).unwrap().as_bytes()).unwrap();
        }
    }
}
