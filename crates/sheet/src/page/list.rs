//! The page of several keys on few sheets, such as those of a device or a family.

use super::key::{digits_symbol, label_symbol};
use super::other::other_blocks;
use super::{Block, Day, KeyFacts, KeySheet, ListedKey, Page, created_words, destroy, foot, state_words, volume_words};
use drivekey_record::{Digits, KeyId, LineText};

/// A compact list of keys.
#[must_use]
pub fn list_page(keys: &[KeySheet<'_>], printed: Day) -> Page {
    let count = if keys.len() == 1 { "1 key".to_owned() } else { format!("{} keys", keys.len()) };
    let mut blocks =
        vec![
        Block::Title("Recovery keys of drives", Some(count.clone())),
        Block::Text(
            "When a computer starts with a blue screen that asks for a BitLocker recovery key, look for the Key ID \
             that it shows; the first 8 characters are enough. Type the 48 digits beside it, group by group, and \
             press Enter. You need no program for it. If the number keys do nothing, use F1 to F10:"
                .to_owned(),
        ),
        Block::FunctionKeys,
        Block::Strong("Keep these pages away from the computers, in a safe place. Whoever has both can read the \
                       drives.".to_owned()),
    ];
    for key in keys {
        match key.key.digits() {
            Some(digits) => blocks.push(Block::ListedKey(Box::new(listed_key(&key.facts, digits)))),
            None => blocks.extend(other_blocks(key)),
        }
    }
    blocks.push(Block::Text(
        "The left code of each key is its 48 digits, for a barcode scanner that works as a keyboard; the right one \
         tells drivekey which drive it is."
            .to_owned(),
    ));
    blocks.extend(destroy("To destroy these pages"));
    Page { name: "Recovery keys of drives", blocks, foot: foot(printed, &count) }
}

fn listed_key(facts: &KeyFacts, digits: &Digits) -> ListedKey {
    let named = |text: &Option<LineText>| text.as_ref().map(ToString::to_string);
    let parts = [
        named(&facts.drive),
        named(&facts.label).map(|label| format!("\u{201c}{label}\u{201d}")),
        volume_words(&facts.volume_type).map(str::to_owned),
        facts.created.as_ref().map(|created| format!("key made {}", created_words(created))),
        Some(facts.proven.map_or_else(|| "not tried".to_owned(), |day| format!("opened the drive on {day}"))),
        state_words(facts.state).map(str::to_owned),
        Some(facts.record.to_string()),
    ];
    let symbol = |mut symbol: super::Symbol| {
        symbol.caption.clear();
        symbol
    };
    ListedKey {
        heading: named(&facts.device).unwrap_or_else(|| "Computer not known".to_owned()),
        line: parts.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        key_id: match &facts.key_id {
            KeyId::Unknown => "not known".to_owned(),
            known => known.to_string(),
        },
        groups: digits.groups().map(|group| (zeroize::Zeroizing::new(group.to_owned()), None)).collect(),
        symbols: vec![symbol(digits_symbol(digits)), symbol(label_symbol(facts, digits))],
    }
}
