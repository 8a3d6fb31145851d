//! Key IDs in the forms that tools write: whole, begun, as bytes.

use crate::scan::{begun_at, guid_at};
use drivekey_record::{Guid, KeyId};

/// The Key ID that fills a value: whole, begun, without hyphens, as bytes in hex or in numbers.
pub(in crate::entry) fn key_id(text: &str) -> Option<KeyId> {
    let clean = text.trim().trim_matches(|c: char| c.is_whitespace() || "{}()[]\"'`".contains(c));
    if let Some(guid) = bytes_of(text.trim()).map(little_endian) {
        return Some(KeyId::Full(guid));
    }
    if let Some(found) = guid_at(clean.as_bytes(), 0).filter(|found| !found.ocr && found.span.end == clean.len()) {
        return Some(KeyId::Full(found.guid));
    }
    if clean.len() == 32
        && clean.bytes().all(|byte| byte.is_ascii_hexdigit())
        && let Ok(guid) = clean.parse()
    {
        return Some(KeyId::Full(guid));
    }
    let (prefix, span) = begun_at(clean, 0)?;
    let rest = clean[span.end..].trim_start_matches('-');
    (rest.is_empty() || rest == "..." || rest == "…" || rest == "*").then_some(KeyId::Prefix(prefix))
}

/// Whether a Key ID or its beginning fills the value.
pub(crate) fn is_key_id(text: &str) -> bool {
    text.len() <= 80 && key_id(text).is_some()
}

/// A GUID whose first three parts are stored with their low byte first, as Windows does.
pub(crate) fn little_endian(bytes: [u8; 16]) -> Guid {
    let mut written = bytes;
    written[..4].reverse();
    written[4..6].reverse();
    written[6..8].reverse();
    Guid::from_bytes(written)
}

/// Sixteen bytes as csvde writes them (`X'…'`), or as a list of numbers.
fn bytes_of(text: &str) -> Option<[u8; 16]> {
    if let Some(hex) =
        text.strip_prefix(['X', 'x']).and_then(|rest| rest.strip_prefix('\'')).and_then(|rest| rest.strip_suffix('\''))
    {
        let guid: Guid = (hex.len() == 32).then(|| hex.parse().ok())??;
        return Some(*guid.as_bytes());
    }
    let list = text.trim_matches(|c: char| "{}[]()".contains(c));
    if list.len() > 100 || !list.contains([',', ' ']) {
        return None;
    }
    let numbers: Option<Vec<u8>> =
        list.split([',', ' ', ';']).filter(|part| !part.is_empty()).map(|part| part.parse::<u8>().ok()).collect();
    numbers?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_ids_are_read_in_every_form() {
        let guid = "F520FABE-BD85-41D9-B88E-DE5655329326";
        for text in [
            guid.to_owned(),
            format!("{{{}}}", guid.to_lowercase()),
            guid.replace('-', ""),
            "X'befa20f585bdd941b88ede5655329326'".to_owned(),
            "{190, 250, 32, 245, 133, 189, 217, 65, 184, 142, 222, 86, 85, 50, 147, 38}".to_owned(),
        ] {
            assert_eq!(key_id(&text), guid.parse().ok().map(KeyId::Full), "{text}");
        }
        assert!(matches!(key_id("F520FABE"), Some(KeyId::Prefix(_))));
        assert!(matches!(key_id("F520FABE-BD85-41D9..."), Some(KeyId::Prefix(_))));
        for text in ["PC-1", "506825-429770-002244-257444-671440-299750-212256-683067", "C:", ""] {
            assert_eq!(key_id(text), None, "{text}");
        }
    }
}
