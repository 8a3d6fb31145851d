//! Whatever people call their computers: nothing overlaps, nothing leaves the paper, nothing is a box.

use proptest::prelude::*;

use super::*;
use crate::page::{KeyFacts, KeySheet, key_page, list_page, share_page};
use crate::split::{SplitKind, split};
use drivekey_record::{Handle, KeyId, KeyKind, KeyText, RecoveryPassword, SecretText, State, VolumeType, Word};

fn digits() -> KeyText {
    RecoveryPassword::parse("471207-278498-422125-177177-561902-537405-468006-693451").unwrap().expose_secret().into()
}

fn facts(device: &str, label: &str) -> KeyFacts {
    KeyFacts {
        record: Handle::new(1).unwrap(),
        kind: KeyKind::BitLocker,
        device: device.parse().ok(),
        drive: "C:".parse().ok(),
        label: label.parse().ok(),
        volume_type: VolumeType::OperatingSystem,
        key_id: "7EDB30ED-1234-4ABC-9DEF-0123456789AB".parse::<KeyId>().unwrap(),
        created: None,
        proven: None,
        state: State::Superseded,
    }
}

fn pages(device: &str, label: &str) -> Vec<Page> {
    let digits = digits();
    let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 25).unwrap();
    let sheet = || KeySheet { facts: facts(device, label), key: &digits };
    // The name in place of a key of another kind, too: any text may be one.
    let text = KeyText::Text(SecretText::new(&format!("{device}{label}")));
    let kind = KeyKind::named(Word::new("luks2").unwrap());
    let other = || KeySheet { facts: KeyFacts { kind, ..facts(device, label) }, key: &text };
    let mut pages =
        vec![key_page(&sheet(), today), list_page(&[sheet(), other(), sheet()], today), key_page(&other(), today)];
    for kind in [SplitKind::TwoOfTwo, SplitKind::TwoOfThree] {
        let shares = split(digits.digits().unwrap(), kind, &mut |bytes: &mut [u8]| -> Result<(), ()> {
            bytes.fill(7);
            Ok(())
        });
        pages.extend(shares.unwrap().iter().map(|share| share_page(&facts(device, label), share, today)));
    }
    pages
}

/// What a mark covers: letters from the top of capitals to a little below the line.
fn covers(mark: &Mark) -> Vec<Rect> {
    match mark {
        Mark::Text { x, y, size, runs, .. } => {
            let width: f32 = runs.iter().map(|run| run.width).sum::<f32>() * size;
            vec![Rect { x: *x, y: y - size * 0.73, width, height: size * 0.93 }]
        }
        Mark::Filled(rects) => rects.clone(),
        // What stands in a frame stands in it.
        Mark::Frame(_) => Vec::new(),
    }
}

fn meet(a: &Rect, b: &Rect) -> bool {
    const HAIR: f32 = 0.3;
    a.x + a.width > b.x + HAIR
        && b.x + b.width > a.x + HAIR
        && a.y + a.height > b.y + HAIR
        && b.y + b.height > a.y + HAIR
}

fn check(page: &Page, paper: Paper) -> Result<usize, String> {
    let faces = Typefaces::new(&[]).unwrap();
    let leaves = lay_out(page, paper, &faces).unwrap();
    let (width, height) = size(paper);
    for (number, leaf) in leaves.iter().enumerate() {
        let covered: Vec<Vec<Rect>> = leaf.marks.iter().map(covers).collect();
        let frames =
            leaf.marks.iter().filter_map(|mark| if let Mark::Frame(frame) = mark { Some(frame) } else { None });
        for rect in covered.iter().flatten().chain(frames) {
            let inside = rect.x >= MARGIN - 0.5
                && rect.x + rect.width <= width - MARGIN + 0.5
                && rect.y >= MARGIN - 0.5
                && rect.y + rect.height <= height - MARGIN + 0.5;
            if !inside {
                return Err(format!("sheet {number}: {rect:?} leaves the paper"));
            }
        }
        for (at, one) in covered.iter().enumerate() {
            for two in &covered[at + 1..] {
                if one.iter().any(|a| two.iter().any(|b| meet(a, b))) {
                    return Err(format!("sheet {number}: {:?} over {:?}", one.first(), two.first()));
                }
            }
        }
        for mark in &leaf.marks {
            if let Mark::Text { runs, .. } = mark
                && runs.iter().flat_map(|run| &run.glyphs).any(|glyph| glyph.id == 0)
            {
                return Err(format!("sheet {number}: a box in place of a letter"));
            }
        }
    }
    Ok(leaves.len())
}

#[test]
fn ordinary_names_take_one_sheet() {
    for paper in [Paper::A4, Paper::Letter] {
        for (device, label) in [
            ("ANNAS-LAPTOP", "Windows"),
            ("Ноутбук Ольги", "Диск"),
            ("東京のPC", "写真"),
            (&"Long ".repeat(30), &"W".repeat(60)),
        ] {
            for page in pages(device, label) {
                let list = page.blocks.iter().any(|block| matches!(block, Block::ListedKey(_)));
                let most = if list { 2 } else { 1 };
                assert!(
                    check(&page, paper).is_ok_and(|sheets| sheets <= most),
                    "{device} {paper:?} {}: {:?}",
                    page.name,
                    check(&page, paper)
                );
            }
        }
    }
}

#[test]
fn the_longest_names_go_on_on_further_sheets() {
    for (device, label) in [("W".repeat(1000), "word ".repeat(200)), ("あ".repeat(1000), "\u{1F5A5}".repeat(1000))] {
        for page in pages(&device, &label) {
            let sheets = check(&page, Paper::Letter);
            assert!(sheets.as_ref().is_ok_and(|sheets| *sheets > 1), "{}: {sheets:?}", page.name);
        }
    }
}

#[test]
fn what_had_to_be_written_by_number_is_said_on_its_page_only() {
    let faces = Typefaces::new(&[]).unwrap();
    let said = |page: &Page| {
        let leaves = lay_out(page, Paper::A4, &faces).unwrap();
        let text: String = leaves
            .iter()
            .flat_map(|leaf| &leaf.marks)
            .filter_map(|mark| if let Mark::Text { runs, .. } = mark { Some(runs) } else { None })
            .flatten()
            .map(|run| run.text.as_str())
            .collect();
        text.contains("their number in Unicode")
    };
    assert!(said(&pages("東京", "x")[0]));
    assert!(!said(&pages("Anna", "x")[0]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]
    #[test]
    fn no_name_makes_anything_overlap(
        device in "\\PC{1,120}",
        label in "[ -~а-яぁ-ん֐-ת]{1,200}",
        letter in any::<bool>(),
    ) {
        let paper = if letter { Paper::Letter } else { Paper::A4 };
        for page in pages(&device, &label) {
            let checked = check(&page, paper);
            prop_assert!(checked.is_ok(), "{:?}", checked);
        }
    }
}
