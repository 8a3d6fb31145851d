//! What the names of glyphs mean, as far as keys and the words round them need it.

/// Names that are no letter by themselves, sorted.
const NAMES: &[(&str, char)] = &[
    ("ampersand", '&'),
    ("asterisk", '*'),
    ("at", '@'),
    ("backslash", '\\'),
    ("bar", '|'),
    ("braceleft", '{'),
    ("braceright", '}'),
    ("bracketleft", '['),
    ("bracketright", ']'),
    ("bullet", '\u{2022}'),
    ("colon", ':'),
    ("comma", ','),
    ("eight", '8'),
    ("ellipsis", '\u{2026}'),
    ("emdash", '\u{2014}'),
    ("endash", '\u{2013}'),
    ("equal", '='),
    ("exclam", '!'),
    ("figuredash", '\u{2012}'),
    ("five", '5'),
    ("four", '4'),
    ("germandbls", 'ß'),
    ("greater", '>'),
    ("hyphen", '-'),
    ("less", '<'),
    ("minus", '-'),
    ("nbspace", ' '),
    ("nine", '9'),
    ("nonbreakingspace", ' '),
    ("numbersign", '#'),
    ("one", '1'),
    ("parenleft", '('),
    ("parenright", ')'),
    ("percent", '%'),
    ("period", '.'),
    ("plus", '+'),
    ("question", '?'),
    ("quotedbl", '"'),
    ("quoteleft", '\u{2018}'),
    ("quoteright", '\u{2019}'),
    ("quotesingle", '\''),
    ("semicolon", ';'),
    ("seven", '7'),
    ("sfthyphen", '-'),
    ("six", '6'),
    ("slash", '/'),
    ("softhyphen", '-'),
    ("space", ' '),
    ("three", '3'),
    ("two", '2'),
    ("underscore", '_'),
    ("zero", '0'),
];

/// Marks above and below letters.
const MARKS: &[(&str, char)] = &[
    ("acute", '\u{301}'),
    ("breve", '\u{306}'),
    ("caron", '\u{30C}'),
    ("cedilla", '\u{327}'),
    ("circumflex", '\u{302}'),
    ("dieresis", '\u{308}'),
    ("dotaccent", '\u{307}'),
    ("grave", '\u{300}'),
    ("hungarumlaut", '\u{30B}'),
    ("macron", '\u{304}'),
    ("ogonek", '\u{328}'),
    ("ring", '\u{30A}'),
    ("tilde", '\u{303}'),
];

/// The character of a glyph's name, and the mark on it.
pub(super) fn character(name: &str) -> Option<(char, Option<char>)> {
    // `one.oldstyle` is another look of `one`.
    let name = name.split('.').next().unwrap_or_default();
    if let Ok(at) = NAMES.binary_search_by_key(&name, |(known, _)| known) {
        return Some((NAMES[at].1, None));
    }
    let mut chars = name.chars();
    let (first, rest) = (chars.next()?, chars.as_str());
    if rest.is_empty() {
        return Some((first, None));
    }
    if let Some((_, mark)) = MARKS.iter().find(|(mark, _)| *mark == rest) {
        return first.is_ascii_alphabetic().then_some((first, Some(*mark)));
    }
    let hex = name
        .strip_prefix("uni")
        .filter(|hex| hex.len() == 4)
        .or_else(|| name.strip_prefix('u').filter(|hex| (4..=6).contains(&hex.len())));
    let code = u32::from_str_radix(hex?, 16).ok()?;
    char::from_u32(code).map(|c| (c, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_found() {
        assert!(NAMES.is_sorted_by_key(|(name, _)| *name));
        for (name, c) in NAMES {
            assert_eq!(character(name), Some((*c, None)));
        }
        assert_eq!(character("A"), Some(('A', None)));
        assert_eq!(character("udieresis"), Some(('u', Some('\u{308}'))));
        assert_eq!(character("uni2011"), Some(('\u{2011}', None)));
        assert_eq!(character("seven.tf"), Some(('7', None)));
        assert_eq!(character("g42"), None);
    }
}
