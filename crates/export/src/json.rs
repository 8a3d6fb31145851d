//! Records with their digits as JSON, with the property names and the list form of Microsoft Graph where it has them.

use zeroize::Zeroizing;

use super::{Item, Part, text};
use drivekey_record::{Details, SetHere};

/// The text before the first record, between two, and behind the last.
const OPEN: &str = "{\n  \"value\": [\n";
const BETWEEN: &str = ",\n";
const CLOSE: &str = "\n  ]";
const ATTACHMENTS: &str = ",\n  \"attachments\": [\n";
const END: &str = "\n}\n";

/// The JSON document.
#[must_use]
pub fn json(items: &[Item<'_>], parts: &[Part<'_>]) -> Zeroizing<Vec<u8>> {
    let heads: Vec<String> = items.iter().map(head).collect();
    let keys: Vec<Zeroizing<Vec<u8>>> = items.iter().map(|item| item.key.json()).collect();
    let held: Vec<Zeroizing<String>> = parts.iter().map(attachment).collect();
    let mut pieces: Vec<&str> = Vec::with_capacity(4 * items.len() + 2 * parts.len() + 5);
    pieces.push(OPEN);
    for (at, (head, key)) in heads.iter().zip(&keys).enumerate() {
        let key = str::from_utf8(key).unwrap_or_default();
        pieces.extend([if at == 0 { "" } else { BETWEEN }, head, key, "\n    }"]);
    }
    pieces.push(CLOSE);
    if let Some((first, others)) = held.split_first() {
        pieces.extend([ATTACHMENTS, first]);
        for other in others {
            pieces.extend([BETWEEN, other.as_str()]);
        }
        pieces.push(CLOSE);
    }
    pieces.push(END);
    text::concat(&pieces)
}

/// A record up to its key, indented by two levels.
fn head(item: &Item<'_>) -> String {
    // Which fields a person set here means nothing to a reader of the file.
    let details = Details { set_here: SetHere::default(), ..item.details.clone() };
    // There is always a volume type and a state, so the object is never empty.
    let details = serde_json::to_string_pretty(&details).unwrap_or_default();
    let fields = details.trim_start_matches("{\n").trim_end_matches("\n}");
    let mut head = format!("    {{\n      \"handle\": \"{}\",\n", item.handle);
    for line in fields.lines() {
        head.push_str("    ");
        head.push_str(line);
        head.push('\n');
    }
    if head.ends_with('\n') {
        head.pop();
    }
    head.push_str(",\n      \"key\": ");
    head
}

/// A part, with its bytes in base64.
fn attachment(part: &Part<'_>) -> Zeroizing<String> {
    let kind = serde_json::to_string(&part.kind).unwrap_or_default();
    let ids: Vec<String> = part.key_ids.iter().map(|id| format!("\"{id}\"")).collect();
    let ids = if ids.is_empty() { String::new() } else { format!("\n      \"keyIds\": [{}],", ids.join(", ")) };
    let device = part.device_name.and_then(|name| serde_json::to_string(name).ok());
    let device = device.map(|device| format!("\n      \"deviceName\": {device},")).unwrap_or_default();
    let head =
        format!("    {{\n      \"kind\": {kind},\n      \"id\": \"{}\",{ids}{device}\n      \"bytes\": \"", part.guid);
    let mut whole = Zeroizing::new(String::with_capacity(head.len() + part.bytes.len().div_ceil(3) * 4 + 16));
    whole.push_str(&head);
    base64(part.bytes, &mut whole);
    whole.push_str("\"\n    }");
    whole
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8], out: &mut String) {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for chunk in bytes.chunks(3) {
        let at = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let word = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            if place > chunk.len() {
                out.push('=');
            } else {
                let index = usize::try_from(word >> (18 - 6 * place) & 63).unwrap_or(0);
                out.push(char::from(ALPHABET[index]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use drivekey_record::{AttachmentKind, Guid, Handle, RecoveryPassword};

    #[test]
    fn any_reader_of_json_reads_it() {
        let digits = RecoveryPassword::parse(&["000011"; 8].join("-")).unwrap().expose_secret().into();
        let mut named = Details {
            device_name: "Büro \"2\"\\".parse().ok(),
            key_id: "7EDB30ED".parse().unwrap(),
            ..Details::default()
        };
        named.set_here.note(drivekey_record::Field::DeviceName, true);
        let bare = Details::default();
        let item = |number, details| Item { handle: Handle::new(number).unwrap(), details, key: &digits };
        let part = Part {
            kind: AttachmentKind::ExternalKey,
            guid: Guid::from_bytes([7; 16]),
            key_ids: &[Guid::from_bytes([8; 16])],
            device_name: Some("PC"),
            bytes: b"ab\0",
        };
        for (items, parts) in [(vec![], vec![]), (vec![item(1, &named), item(2, &bare)], vec![part, part])] {
            let bytes = json(&items, &parts);
            assert_eq!(bytes.len(), bytes.capacity());
            let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(value["value"].as_array().unwrap().len(), items.len());
            assert_eq!(value.get("attachments").map_or(0, |list| list.as_array().unwrap().len()), parts.len());
            if !items.is_empty() {
                assert_eq!(value["value"][0]["deviceName"], "Büro \"2\"\\");
                assert_eq!(value["value"][0].get("setHere"), None);
                assert_eq!(value["value"][0]["keyIdPrefix"], "7EDB30ED");
                assert_eq!(value["value"][1]["key"], digits.as_str());
                assert_eq!(value["attachments"][1]["bytes"], "YWIA");
            }
        }
    }

    proptest! {
        #[test]
        fn base64_is_what_others_write(bytes in prop::collection::vec(any::<u8>(), 0..50)) {
            let mut ours = String::new();
            base64(&bytes, &mut ours);
            prop_assert_eq!(ours.len(), bytes.len().div_ceil(3) * 4);
            let value = |c: char| match c {
                'A'..='Z' => u32::from(c) - 65,
                'a'..='z' => u32::from(c) - 71,
                '0'..='9' => u32::from(c) + 4,
                '+' => 62,
                _ => 63,
            };
            let mut back = Vec::new();
            for four in ours.as_bytes().chunks(4) {
                let used = four.iter().filter(|byte| **byte != b'=').count();
                let bits = |byte: u8| if byte == b'=' { 0 } else { value(char::from(byte)) };
                let word = four.iter().fold(0, |word, byte| word << 6 | bits(*byte));
                back.extend_from_slice(&word.to_be_bytes()[1..used]);
            }
            prop_assert_eq!(back, bytes);
        }
    }
}
