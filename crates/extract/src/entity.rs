//! Character references of HTML and XML; what is none stays as it is written. A name may lack its `;`.

use quick_xml::escape::resolve_html5_entity;
use zeroize::Zeroizing;

/// Longest reference that is looked for.
const REFERENCE_BYTES: usize = 34;

/// What the reference at the beginning of this text, which is `&`, stands for, and what follows it.
pub(crate) fn resolve(text: &str) -> (Characters, &str) {
    let unresolved = (Characters::Named("&"), text.get(1..).unwrap_or_default());
    let Some(body) = text.strip_prefix('&') else { return unresolved };
    let end =
        body.bytes().take(REFERENCE_BYTES).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#').count();
    let name = &body[..end];
    let characters = match name.strip_prefix('#') {
        Some(number) => numbered(number).map(Characters::Numbered),
        None => resolve_html5_entity(name).map(Characters::Named),
    };
    let Some(characters) = characters else { return unresolved };
    let after = &body[end..];
    (characters, after.strip_prefix(';').unwrap_or(after))
}

/// The text with all references resolved.
pub(crate) fn resolved(text: &str) -> Zeroizing<String> {
    // No reference is shorter than what it stands for.
    let mut out = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let (characters, after) = resolve(&rest[at..]);
        out.push_str(characters.as_str(&mut [0; 4]));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// What a reference stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Characters {
    Named(&'static str),
    Numbered(char),
}

impl Characters {
    /// The characters themselves; `buffer` holds one that was written as a number.
    pub(crate) fn as_str(self, buffer: &mut [u8; 4]) -> &str {
        match self {
            Self::Named(characters) => characters,
            Self::Numbered(character) => character.encode_utf8(buffer),
        }
    }
}

fn numbered(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    match code {
        0 => None,
        // Numbers of Windows-1252, as browsers take them.
        0x80..=0x9F => {
            encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[u8::try_from(code).ok()?]).0.chars().next()
        }
        _ => char::from_u32(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_resolved_with_or_without_their_end() {
        let numbered = |c: char, rest| (Characters::Numbered(c), rest);
        assert_eq!(resolve("&#8209;x"), numbered('\u{2011}', "x"));
        assert_eq!(resolve("&#x2d;"), numbered('-', ""));
        assert_eq!(resolve("&#150;"), numbered('\u{2013}', ""));
        assert_eq!(resolve("&nbsp x"), (Characters::Named("\u{A0}"), " x"));
        assert_eq!(resolve("&hyphen;&"), (Characters::Named("\u{2010}"), "&"));
        for text in ["&", "&;", "&#;", "&#xD800;", "&#99999999999;", "&none;"] {
            assert_eq!(resolve(text), (Characters::Named("&"), &text[1..]), "{text}");
        }
    }
}
