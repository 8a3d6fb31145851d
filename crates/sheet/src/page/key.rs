//! The page of one key, written for a reader who has never seen the program.

use super::other::other_page;
use super::{Block, Day, KeyFacts, KeySheet, Page, Symbol, SymbolKind};
use super::{created_words, destroy, foot, key_id_words, state_words, volume_words, without_hyphens};
use crate::label::Label;
use drivekey_record::Digits;

/// The page of one key.
#[must_use]
pub fn key_page(key: &KeySheet<'_>, printed: Day) -> Page {
    let facts = &key.facts;
    let Some(digits) = key.key.digits() else { return other_page(key, printed) };
    let mut blocks = vec![
        Block::Title("Recovery key of a drive", None),
        Block::Text(
            "Windows encrypts drives with BitLocker. When the computer starts with a blue screen that asks for a \
             recovery key, the 48 digits on this page open the drive. You need no program for it."
                .to_owned(),
        ),
        Block::Strong(
            "Keep this page away from the computer, in a safe place. Whoever has both can read the \
                       drive."
                .to_owned(),
        ),
    ];
    if let Some((first, whole)) = key_id_words(&facts.key_id) {
        blocks.push(Block::KeyId { first, whole });
    }
    blocks.push(Block::Facts(fact_rows(facts)));
    let groups = digits.groups().map(|group| (zeroize::Zeroizing::new(group.to_owned()), None)).collect();
    blocks.push(Block::Groups { row: None, groups });
    blocks.push(Block::Heading("At the blue screen".to_owned()));
    blocks.push(Block::Steps(steps(facts)));
    blocks.push(Block::FunctionKeys);
    blocks.push(Block::Text(
        "A barcode scanner that works as a keyboard can type the digits: plug it in and scan one of these two codes \
         in place of step 2."
            .to_owned(),
    ));
    let shown = zeroize::Zeroizing::new(digits.as_str().to_owned());
    blocks.push(Block::Symbols(vec![Symbol {
        kind: SymbolKind::Code128,
        payload: without_hyphens(digits),
        caption: String::new(),
        shown: Some(shown),
    }]));
    blocks.push(Block::Symbols(vec![digits_symbol(digits), label_symbol(facts, digits)]));
    blocks.extend(destroy("To destroy this page"));
    Page { name: "Recovery key of a drive", blocks, foot: foot(printed, &format!("Record {}", facts.record)) }
}

/// The code with the digits, for a barcode scanner.
pub(super) fn digits_symbol(digits: &Digits) -> Symbol {
    Symbol { kind: SymbolKind::Qr, payload: without_hyphens(digits), caption: "The 48 digits".to_owned(), shown: None }
}

/// The code that tells which drive the key is for, for a scan of the page.
pub(super) fn label_symbol(facts: &KeyFacts, digits: &Digits) -> Symbol {
    let label = Label::new(&facts.key_id, facts.device.as_ref(), facts.drive.as_ref(), &without_hyphens(digits))
        .with_volume(facts.label.as_ref(), facts.volume_type);
    Symbol {
        kind: SymbolKind::SmallQr,
        payload: zeroize::Zeroizing::new(label.text()),
        caption: "For drivekey only: which drive this is. Not the key; do not scan it at the blue screen.".to_owned(),
        shown: None,
    }
}

pub(super) fn fact_rows(facts: &KeyFacts) -> Vec<(&'static str, String)> {
    let named = |text: &Option<drivekey_record::LineText>| text.as_ref().map(ToString::to_string);
    let drive = match (named(&facts.drive), volume_words(&facts.volume_type)) {
        (Some(letter), Some(kind)) => Some(format!("{letter} ({kind})")),
        (Some(letter), None) => Some(letter),
        (None, kind) => kind.map(str::to_owned),
    };
    let proven = match facts.proven {
        Some(day) => format!("on {day} this key opened the drive"),
        None => "this key was not tried on the drive".to_owned(),
    };
    let rows = [
        (
            "Computer",
            Some(named(&facts.device).unwrap_or_else(|| "not known: ____________________________".to_owned())),
        ),
        ("Drive", drive),
        ("Label", named(&facts.label)),
        ("Key ID", key_id_words(&facts.key_id).is_none().then(|| "not known".to_owned())),
        ("Key made", facts.created.as_ref().map(created_words)),
        ("Tried", Some(proven)),
        ("State", state_words(facts.state).map(str::to_owned)),
    ];
    rows.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn steps(facts: &KeyFacts) -> Vec<String> {
    let compare = if key_id_words(&facts.key_id).is_some() {
        "Compare the Key ID on the screen with the one above; 8 characters are enough. If it is another, this page is \
         for another drive."
    } else {
        "The Key ID of this key is not known. If the screen does not take the digits, this page is for another drive."
    };
    vec![
        compare.to_owned(),
        "Type the 48 digits, group by group, from 1 to 8. The screen goes on to the next group by itself and names a \
         group that is wrong."
            .to_owned(),
        "If the number keys do nothing, use the keys F1 to F10: F1 is 1, F2 is 2, and so on; F10 is 0.".to_owned(),
        "Press Enter. Afterwards Windows may make a new key; then this page is out of date: print a new one and \
         destroy this one."
            .to_owned(),
    ]
}
