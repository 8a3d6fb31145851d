//! Printed pages as independent programs see them: `pdftotext` in reading order, `zbarimg` on drawn pages with grain,
//! specks and a slight turn; and our own importer and reader on the same. Needs poppler-utils and zbar-tools.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]
#![allow(clippy::print_stdout, reason = "what was skipped, and what was measured")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::sheet_house::scan::Scan;
use crate::sheet_house::{KEY, KIT, Made, id, key, key_pages, kit, list, pdf, shares};
use drivekey_sheet::{Paper, Scanned, SplitKind, read_scan};

/// Of a flatbed scanner: beyond twice as much `zbarimg`, which smooths nothing, finds no bar code any more.
const GRAIN: i64 = 4;

/// Whether the programs are here. Where they must be, a missing one is a failure.
fn tools() -> bool {
    let there = |program: &str, flag: &str| {
        Command::new(program)
            .arg(flag)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let all = there("pdftoppm", "-v") && there("pdftotext", "-v") && there("zbarimg", "--version");
    assert!(all || std::env::var_os("DRIVEKEY_CI").is_none(), "pdftoppm, pdftotext or zbarimg is missing");
    if !all {
        println!("skipped: pdftoppm, pdftotext or zbarimg is missing");
    }
    all
}

fn output(command: &mut Command) -> String {
    let output = command.stderr(Stdio::null()).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn text_of(document: &[u8], flags: &[&str]) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), document).unwrap();
    output(Command::new("pdftotext").args(flags).arg(file.path()).arg("-"))
}

/// Each of these behind the one before.
fn assert_in_order(text: &str, words: &[&str]) {
    let mut rest = text;
    for word in words {
        let Some(at) = rest.find(word) else { panic!("'{word}' is not there, or not in its place, in:\n{text}") };
        rest = &rest[at + word.len()..];
    }
}

#[test]
fn text_is_read_in_order() {
    if !tools() {
        return;
    }
    let made = Made::new();
    for paper in [Paper::A4, Paper::Letter] {
        let pages = key_pages(&made);
        let text = text_of(&pdf(&pages[..1], paper), &[]);
        let rows = ["471207 278498 422125 177177", "561902 537405 468006 693451"];
        let steps = ["At the blue screen", "1. Compare", "2. Type the 48", "3. If the number keys", "4. Press Enter"];
        let before = [
            "Recovery key of a drive",
            "7EDB30ED",
            id_text(),
            "Computer ANNAS-LAPTOP",
            "Drive C:",
            "Label Windows",
            "Key made 2025-11-03",
            "on 2026-09-20",
        ];
        let after = [KEY, "The 48 digits", "To destroy this page", "Record r1"];
        assert_in_order(&text, &[&before[..], &rows, &steps, &after].concat());

        let text = text_of(&pdf(&[list(&Made::many(9))], paper), &[]);
        let entries: Vec<String> = (0..9)
            .flat_map(|at| {
                [format!("COMPUTER-{at}"), id(at), key(at)[..27].replace('-', " "), key(at)[28..].replace('-', " ")]
            })
            .collect();
        assert_in_order(&text, &entries.iter().map(String::as_str).collect::<Vec<_>>());

        let text = text_of(&pdf(&[kit()], paper), &[]);
        assert_in_order(
            &text,
            &[
                "Emergency kit",
                "AGE-SECRET-KEY-1",
                "1) ",
                "2) ",
                "3) ",
                "4) ",
                "With drivekey",
                "Without drivekey",
                "age -d -i kit.txt",
            ],
        );

        let text = text_of(&pdf(&shares(&made, SplitKind::TwoOfThree), paper), &[]);
        assert_in_order(
            &text,
            &[
                "Sheet 1 of 3",
                "Row B",
                "Row C",
                "How the key",
                "Sheet 2 of 3",
                "Row A",
                "Row C",
                "Sheet 3 of 3",
                "Row A",
                "Row B",
            ],
        );
    }
}

const fn id_text() -> &'static str {
    "7EDB30ED-1234-4ABC-9DEF-0123456789AB"
}

/// Names in every script come out as they went in, where a font has them; and our own importer takes the text of a
/// page.
#[test]
fn names_survive_and_the_importer_reads_the_text() {
    if !tools() {
        return;
    }
    let made = Made::new();
    for (at, page) in key_pages(&made).into_iter().enumerate().take(6) {
        let text = text_of(&pdf(&[page], Paper::A4), &[]);
        let name = made.facts[at].device.as_ref().unwrap().as_str();
        if at < 4 || at == 4 && crate::sheet_house::fonts().len() == 2 {
            assert!(text.contains(name), "{name} is not in:\n{text}");
        }
        let reading = drivekey_import::read(Some("page.txt"), text.as_bytes());
        assert_eq!(reading.records.len(), 1, "{:?}", reading.remarks);
        assert_eq!(reading.records[0].key_id.to_string(), id(u32::try_from(at).unwrap()));
    }
}

#[test]
fn the_same_pages_are_the_same_bytes() {
    let draw = || pdf(&key_pages(&Made::new()), Paper::A4);
    let first = draw();
    assert_eq!(first, draw());
    assert!(!first.windows(13).any(|window| window == b"/CreationDate"));
    let html = || drivekey_sheet::html(&key_pages(&Made::new()), Paper::A4).unwrap();
    assert_eq!(html(), html());
}

#[test]
fn html_shows_names_as_text_and_fetches_nothing() {
    let made = Made::new();
    let html = drivekey_sheet::html(&key_pages(&made), Paper::Letter).unwrap();
    assert!(html.contains("Größe &amp; &lt;Maße&gt; &quot;Überall&quot;") && html.contains("東京オフィスのPC-12"));
    assert!(!html.contains("http") || html.matches("http").count() == html.matches("http-equiv").count());
    assert!(!html.contains("<script") && html.contains("size:letter"));
    for (at, key) in made.keys.iter().enumerate() {
        assert!(key.digits().unwrap().groups().all(|group| html.contains(group)), "{at}");
    }
}

/// 100 sheets: 80 at 150 dots an inch, 20 at 300.
#[test]
fn scans_are_read_by_an_independent_program() {
    if !tools() {
        return;
    }
    let made = Made::many(100);
    let wrong = std::thread::scope(|scope| {
        let parts = [(0..40, 150), (40..80, 150), (80..90, 300), (90..100, 300)];
        let reading = parts.map(|(sheets, dots)| {
            scope.spawn({
                let made = &made;
                move || misread(made, sheets, dots)
            })
        });
        reading.into_iter().flat_map(|part| part.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(wrong.is_empty(), "{} of 100: {}", wrong.len(), wrong.join("\n"));
}

/// All of them at both: `cargo test -p drivekey-sheet -- --ignored hundred`.
#[test]
#[ignore = "takes minutes"]
fn a_hundred_sheets_at_both_resolutions() {
    let made = Made::many(100);
    for dots in [150, 300] {
        let wrong = misread(&made, 0..100, dots);
        println!("{dots} dots an inch: {} of 100 misread", wrong.len());
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// What `zbarimg` does not read exactly.
fn misread(made: &Made, sheets: std::ops::Range<usize>, dots: u32) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let pages = &key_pages(made)[sheets.clone()];
    let mut wrong = Vec::new();
    for (scan, at) in scans(folder.path(), &pdf(pages, Paper::A4), dots).into_iter().zip(sheets) {
        let bent = Scan::read(&scan).bent(u64::try_from(at).unwrap() * 1000 + u64::from(dots), GRAIN);
        bent.write(&scan);
        let flags = ["-q", "-Sdisable", "-Sqrcode.enable", "-Scode128.enable"];
        let read = output(Command::new("zbarimg").args(flags).arg(&scan));
        let bare = key(u32::try_from(at).unwrap()).replace('-', "");
        for expected in [format!("QR-Code:{bare}"), format!("CODE-128:{bare}")] {
            if !read.lines().any(|line| line == expected) {
                wrong.push(format!("sheet {at} at {dots}: no {}", &expected[..12]));
            }
        }
        fs::remove_file(&scan).unwrap();
    }
    wrong
}

/// Each page of a document as a grey picture.
fn scans(folder: &Path, document: &[u8], dots: u32) -> Vec<PathBuf> {
    let file = folder.join("pages.pdf");
    fs::write(&file, document).unwrap();
    assert!(
        Command::new("pdftoppm")
            .args(["-gray", "-r", &dots.to_string()])
            .arg(&file)
            .arg(folder.join("page"))
            .status()
            .unwrap()
            .success()
    );
    let mut pictures: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|item| item.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "pgm"))
        .collect();
    pictures.sort();
    pictures
}

/// What another program drew and a scanner bent, read by us: a key, a list, two sheets of three, a kit.
#[test]
fn our_reader_takes_scans_of_every_page() {
    if !tools() {
        return;
    }
    let made = Made::many(5);
    let folder = tempfile::tempdir().unwrap();
    let mut pages = vec![key_pages(&made).remove(0), list(&made), kit()];
    pages.extend(shares(&made, SplitKind::TwoOfThree).into_iter().take(2));
    let mut found = Vec::new();
    for (at, scan) in scans(folder.path(), &pdf(&pages, Paper::Letter), 150).into_iter().enumerate() {
        found.push(read_scan(&Scan::read(&scan).bent(at as u64, 2 * GRAIN).png()).unwrap());
    }
    let keys =
        |found: &[Scanned]| found.iter().filter(|one| matches!(one, Scanned::Key { label: Some(_), .. })).count();
    // The list takes two sheets.
    assert_eq!((keys(&found[0]), keys(&found[1]) + keys(&found[2])), (1, 5), "{found:?}");
    assert!(matches!(&found[3][..], [Scanned::Kit(_)]), "{:?}", found[3]);
    let parts: Vec<_> = found[4..]
        .iter()
        .flatten()
        .filter_map(|one| if let Scanned::Share(share) = one { Some(share.clone()) } else { None })
        .collect();
    let combined = drivekey_sheet::combine(&parts).unwrap();
    assert!(combined.same_digits(&drivekey_record::RecoveryPassword::parse(KEY).unwrap()));
    assert!(
        drivekey_sheet::parse_kit(
            &text_of(&pdf(&[kit()], Paper::A4), &[])
                .lines()
                .skip_while(|line| !line.starts_with("AGE"))
                .take(5)
                .collect::<Vec<_>>()
                .join("\n")
        )
        .is_ok()
    );
    assert!(KIT.starts_with("AGE"));
}

/// How long drawing takes, without unlocking: `cargo test --release -p drivekey-sheet -- --ignored --nocapture speed`.
#[test]
#[ignore = "a measurement"]
fn speed() {
    let started = std::time::Instant::now();
    let one = pdf_plain(&Made::many(1));
    println!("1 sheet: {:?}, {} bytes", started.elapsed(), one.len());
    let made = Made::many(1000);
    let started = std::time::Instant::now();
    let all = pdf_plain(&made);
    println!("1,000 sheets: {:?}, {} bytes", started.elapsed(), all.len());
    let started = std::time::Instant::now();
    let read = read_scan(&one).unwrap();
    println!("1 sheet read back from its PDF: {:?}, {} found", started.elapsed(), read.len());
}

fn pdf_plain(made: &Made) -> Vec<u8> {
    drivekey_sheet::pdf(&key_pages(made), Paper::A4, &[]).unwrap().to_vec()
}

/// Every kind of page, to be looked at: `DRIVEKEY_PICTURES=FOLDER cargo test -p drivekey-sheet -- --ignored pictures`.
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
            ("split2", shares(&made, SplitKind::TwoOfTwo)),
            ("split3", shares(&made, SplitKind::TwoOfThree)),
            ("kit", vec![kit()]),
        ];
        for (what, pages) in pages {
            fs::write(folder.join(format!("{what}-{name}.pdf")), pdf(&pages, paper)).unwrap();
            fs::write(
                folder.join(format!("{what}-{name}.html")),
                drivekey_sheet::html(&pages, paper).unwrap().as_bytes(),
            )
            .unwrap();
        }
    }
}
