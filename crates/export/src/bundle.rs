//! The content of a bundle: a text that people can read in any editor, followed by the same records as JSON. A stick
//! has a key of another kind in the same form, by itself and in the clear.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use super::{Item, Part, json, text};
use drivekey_record::{Details, KeyKind, VolumeType};

/// The first words of the text. The number is the version of the format.
const TITLE: &str = "drivekey bundle 1";
/// The lines around the JSON. No other line of the text begins with a hyphen.
const BEGIN: &str = "-----BEGIN DRIVEKEY JSON-----\n";
const END: &str = "-----END DRIVEKEY JSON-----\n";

/// The text of a bundle.
#[must_use]
pub fn bundle(items: &[Item<'_>], parts: &[Part<'_>], now: DateTime<Utc>) -> Zeroizing<Vec<u8>> {
    with_head(&head(items, parts, now), items, parts)
}

/// A key of which this version knows only the kind's name, for a stick. What changes in the vault without changing the
/// key is left out, so that a second export finds the file in place.
pub(super) fn text_of_another_kind(item: &Item<'_>) -> Zeroizing<Vec<u8>> {
    let head = format!(
        "{TITLE}

This is a key of the kind {}, and no BitLocker recovery key: a computer that asks for one does not take it.
Whoever reads this file can use the key.
",
        item.details.kind
    );
    let details = Details {
        sources: Vec::new(),
        conflicts_with: Vec::new(),
        proof: None,
        removed: None,
        guard_override: None,
        ..item.details.clone()
    };
    with_head(&head, &[Item { details: &details, ..*item }], &[])
}

fn with_head(head: &str, items: &[Item<'_>], parts: &[Part<'_>]) -> Zeroizing<Vec<u8>> {
    let json = json(items, parts);
    let json = std::str::from_utf8(&json).unwrap_or_default();
    let keys: Vec<Zeroizing<String>> = items.iter().map(|item| item.key.shown()).collect();
    let records: Vec<String> = items.iter().enumerate().map(|(at, item)| record(at + 1, items.len(), item)).collect();
    let mut pieces: Vec<&str> = Vec::with_capacity(3 * items.len() + 6);
    pieces.push(head);
    for (record, key) in records.iter().zip(&keys) {
        pieces.extend([record, key.as_str(), "\n"]);
    }
    let others = others(parts);
    pieces.extend([
        &others,
        "\nBelow stands the same for programs; 'drivekey import' takes it in.\n\n",
        BEGIN,
        json,
        END,
    ]);
    text::utf8(&pieces)
}

fn head(items: &[Item<'_>], parts: &[Part<'_>], now: DateTime<Utc>) -> String {
    let keys = if items.len() == 1 { "1 recovery key".to_owned() } else { format!("{} recovery keys", items.len()) };
    let startup = if parts.is_empty() { "" } else { ", and what was kept beside" };
    format!(
        "{TITLE}

{keys} of encrypted drives{startup}, written on {} (UTC).

A computer that asks for its BitLocker recovery key shows a Key ID. Find the key below whose Key ID begins with the \
same 8 characters, and type its 48 digits on that computer.
From here on nothing protects these keys: whoever reads this text can unlock the drives. Destroy it when you are done.
",
        now.format("%Y-%m-%d %H:%M")
    )
}

/// One record, up to its key.
fn record(number: usize, total: usize, item: &Item<'_>) -> String {
    let details = item.details;
    let text = |value: &Option<drivekey_record::LineText>| value.as_ref().map(ToString::to_string);
    let volume_type = (details.volume_type != VolumeType::Unknown).then(|| details.volume_type.to_string());
    let is_usual = details.kind == KeyKind::BitLocker;
    let lines = [
        ("KeyKind", (!is_usual).then(|| details.kind.to_string())),
        ("Computer", text(&details.device_name)),
        ("Drive", text(&details.mount_point)),
        ("Label", text(&details.volume_label)),
        ("Type", volume_type),
        ("Date", details.created.as_ref().map(ToString::to_string)),
        ("State", Some(details.state.to_string())),
        ("Note", text(&details.note)),
        ("Tags", tags(details)),
        ("Key ID", Some(details.key_id.to_string())),
    ];
    let mut shown = format!("\n{number} of {total}\n");
    for (name, value) in lines {
        if let Some(value) = value {
            // Writing to a String cannot fail.
            let _ = writeln!(shown, "  {name:<13} {value}");
        }
    }
    let _ = write!(shown, "  {:<13} ", if is_usual { "Recovery key" } else { "Key" });
    shown
}

fn tags(details: &Details) -> Option<String> {
    (!details.tags.is_empty()).then(|| details.tags.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
}

/// A line for each part; its bytes are in the JSON.
fn others(parts: &[Part<'_>]) -> String {
    let mut shown = String::new();
    for part in parts {
        let device = part.device_name.map(|name| format!(" of {name}")).unwrap_or_default();
        let _ = write!(shown, "\nAlso inside: the {}{device}, ID {}\n", part.kind.words(), part.guid);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use drivekey_record::{Handle, RecoveryPassword};

    #[test]
    fn no_name_can_end_the_json() {
        let digits = RecoveryPassword::parse(&["000011"; 8].join("-")).unwrap().expose_secret().into();
        let details = Details { note: END.parse().ok(), device_name: BEGIN.parse().ok(), ..Details::default() };
        let item = Item { handle: Handle::new(1).unwrap(), details: &details, key: &digits };
        let bytes = bundle(&[item], &[], DateTime::from_timestamp(1_790_000_000, 0).unwrap());
        assert_eq!(bytes.len(), bytes.capacity());
        let text = std::str::from_utf8(&bytes).unwrap();
        assert_eq!(text.lines().filter(|line| line.starts_with('-')).count(), 2, "{text}");
        assert!(text.contains("1 recovery key of encrypted drives, written on 2026-09-21 14:13 (UTC)."));
    }
}
