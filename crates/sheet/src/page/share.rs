//! The page of one share of a split key: that it is worth nothing alone, and how to put the key together with a pencil.

use super::{Block, Day, KeyFacts, Page, Symbol, SymbolKind, destroy, foot, key_id_words, volume_words};
use crate::split::{Share, SplitKind};

/// The page of one share.
#[must_use]
pub fn share_page(facts: &KeyFacts, share: &Share, printed: Day) -> Page {
    let sheets = share.kind.sheets();
    let needed = match share.kind {
        SplitKind::TwoOfTwo => "Both sheets are needed",
        SplitKind::TwoOfThree => "Any two of the three sheets are needed",
    };
    let mut blocks = vec![
        Block::Title("Part of a recovery key", Some(format!("Sheet {} of {sheets}", share.number))),
        Block::Text(format!(
            "Windows encrypts drives with BitLocker, and a blue screen may ask for the drive's recovery key of 48 \
             digits. This sheet is a part of such a key. Alone it is made of random digits and tells nothing of the \
             key. {needed} to write the key down again with a pencil."
        )),
        Block::Strong("Keep the sheets in different places, and this page away from the computer.".to_owned()),
    ];
    if let Some((first, whole)) = key_id_words(&facts.key_id) {
        blocks.push(Block::KeyId { first, whole });
    }
    let named = |text: &Option<drivekey_record::LineText>| text.as_ref().map(ToString::to_string);
    let rows = [
        ("Computer", named(&facts.device)),
        ("Drive", named(&facts.drive)),
        ("Label", named(&facts.label)),
        ("Kind", volume_words(&facts.volume_type).map(str::to_owned)),
        ("Set", Some(format!("{}; only sheets of the same set belong together", share.set))),
    ];
    blocks.push(Block::Facts(rows.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()));
    for (row, pad) in &share.rows {
        let groups = pad.groups().map(|(digits, letter)| (digits, Some(letter))).collect();
        blocks.push(Block::Groups { row: Some(*row), groups });
    }
    blocks.push(Block::Heading("How the key is put together".to_owned()));
    blocks.push(Block::Steps(steps(share)));
    blocks.push(Block::Blanks("The key"));
    blocks.push(Block::Symbols(vec![Symbol {
        kind: SymbolKind::SmallQr,
        payload: share.text(),
        caption: format!(
            "For drivekey: 'drivekey sheet check' with the scans of two sheets compares the key with the vault. The \
             letter behind each group catches slips: number the group's digits 1 to 6, multiply each with its number, \
             add 7 for group 1, 14 for group 2 and so on, divide by 23; the rest counts along {LETTERS}, from 0."
        ),
        shown: None,
    }]));
    blocks.extend(destroy("To destroy this page"));
    let what = format!("Record {} · set {}, sheet {} of {sheets}", facts.record, share.set, share.number);
    Page { name: "Part of a recovery key", blocks, foot: foot(printed, &what) }
}

/// The letters of the checks, in order.
const LETTERS: &str = "A B C D E F G H J K M N P Q R S T U V W X Y Z";

fn steps(share: &Share) -> Vec<String> {
    let other = if share.number == 1 { 2 } else { 1 };
    let gather = match share.kind {
        SplitKind::TwoOfTwo => format!("Fetch sheet {other} of the same set. Sheet 1 has row A, sheet 2 has row B."),
        SplitKind::TwoOfThree => {
            "Fetch one more sheet of the same set. Sheet 1 has the rows B and C, sheet 2 A and C, sheet 3 A and B: \
             any two have all three. The row that both have is the same on both; use it once."
                .to_owned()
        }
    };
    let rows = match share.kind {
        SplitKind::TwoOfTwo => "A and B",
        SplitKind::TwoOfThree => "A, B and C",
    };
    vec![
        gather,
        format!("Write the rows {rows} below one another, group below group. Leave the letters behind the groups out."),
        "Add digit by digit and carry nothing over: of each sum only the last digit counts. 3 and 4 is 7; 8 and 5 is \
         13: write 3."
            .to_owned(),
        "The 48 digits that you get are the recovery key. Type them at the blue screen, group by group, and press \
         Enter. Where number keys do nothing, F1 is 1, F2 is 2, and so on; F10 is 0."
            .to_owned(),
    ]
}
