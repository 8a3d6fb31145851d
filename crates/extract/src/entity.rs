//! Character references of HTML and XML. Knows the letters of European languages and all signs that may stand in or
//! around a key; what it does not know stays as it is written.

/// Longest reference that is looked for.
const REFERENCE_BYTES: usize = 34;

/// Names, sorted.
const NAMES: &[(&str, char)] = &[
    ("AElig", '\u{C6}'),
    ("Aacute", '\u{C1}'),
    ("Acirc", '\u{C2}'),
    ("Agrave", '\u{C0}'),
    ("Aogon", '\u{104}'),
    ("Aring", '\u{C5}'),
    ("Atilde", '\u{C3}'),
    ("Auml", '\u{C4}'),
    ("Cacute", '\u{106}'),
    ("Ccaron", '\u{10C}'),
    ("Ccedil", '\u{C7}'),
    ("ETH", '\u{D0}'),
    ("Eacute", '\u{C9}'),
    ("Ecaron", '\u{11A}'),
    ("Ecirc", '\u{CA}'),
    ("Egrave", '\u{C8}'),
    ("Eogon", '\u{118}'),
    ("Euml", '\u{CB}'),
    ("Gbreve", '\u{11E}'),
    ("Iacute", '\u{CD}'),
    ("Icirc", '\u{CE}'),
    ("Idot", '\u{130}'),
    ("Igrave", '\u{CC}'),
    ("Iuml", '\u{CF}'),
    ("Lstrok", '\u{141}'),
    ("Nacute", '\u{143}'),
    ("NewLine", '\u{A}'),
    ("NoBreak", '\u{2060}'),
    ("Ntilde", '\u{D1}'),
    ("OElig", '\u{152}'),
    ("Oacute", '\u{D3}'),
    ("Ocirc", '\u{D4}'),
    ("Odblac", '\u{150}'),
    ("Ograve", '\u{D2}'),
    ("Oslash", '\u{D8}'),
    ("Otilde", '\u{D5}'),
    ("Ouml", '\u{D6}'),
    ("Rcaron", '\u{158}'),
    ("Sacute", '\u{15A}'),
    ("Scaron", '\u{160}'),
    ("Scedil", '\u{15E}'),
    ("THORN", '\u{DE}'),
    ("Tab", '\u{9}'),
    ("Uacute", '\u{DA}'),
    ("Ucirc", '\u{DB}'),
    ("Udblac", '\u{170}'),
    ("Ugrave", '\u{D9}'),
    ("UnderBar", '\u{5F}'),
    ("Uring", '\u{16E}'),
    ("Uuml", '\u{DC}'),
    ("Yacute", '\u{DD}'),
    ("Yuml", '\u{178}'),
    ("Zacute", '\u{179}'),
    ("Zcaron", '\u{17D}'),
    ("Zdot", '\u{17B}'),
    ("ZeroWidthSpace", '\u{200B}'),
    ("aacute", '\u{E1}'),
    ("acirc", '\u{E2}'),
    ("aelig", '\u{E6}'),
    ("agrave", '\u{E0}'),
    ("amp", '\u{26}'),
    ("aogon", '\u{105}'),
    ("apos", '\u{27}'),
    ("aring", '\u{E5}'),
    ("ast", '\u{2A}'),
    ("atilde", '\u{E3}'),
    ("auml", '\u{E4}'),
    ("bdquo", '\u{201E}'),
    ("bsol", '\u{5C}'),
    ("bull", '\u{2022}'),
    ("cacute", '\u{107}'),
    ("ccaron", '\u{10D}'),
    ("ccedil", '\u{E7}'),
    ("colon", '\u{3A}'),
    ("comma", '\u{2C}'),
    ("commat", '\u{40}'),
    ("copy", '\u{A9}'),
    ("dash", '\u{2010}'),
    ("divide", '\u{F7}'),
    ("dollar", '\u{24}'),
    ("eacute", '\u{E9}'),
    ("ecaron", '\u{11B}'),
    ("ecirc", '\u{EA}'),
    ("egrave", '\u{E8}'),
    ("emsp", '\u{2003}'),
    ("ensp", '\u{2002}'),
    ("eogon", '\u{119}'),
    ("equals", '\u{3D}'),
    ("eth", '\u{F0}'),
    ("euml", '\u{EB}'),
    ("euro", '\u{20AC}'),
    ("excl", '\u{21}'),
    ("gbreve", '\u{11F}'),
    ("gt", '\u{3E}'),
    ("hairsp", '\u{200A}'),
    ("hellip", '\u{2026}'),
    ("horbar", '\u{2015}'),
    ("hyphen", '\u{2010}'),
    ("iacute", '\u{ED}'),
    ("icirc", '\u{EE}'),
    ("igrave", '\u{EC}'),
    ("inodot", '\u{131}'),
    ("iuml", '\u{EF}'),
    ("laquo", '\u{AB}'),
    ("lbrace", '\u{7B}'),
    ("lbrack", '\u{5B}'),
    ("lcub", '\u{7B}'),
    ("ldquo", '\u{201C}'),
    ("lowbar", '\u{5F}'),
    ("lpar", '\u{28}'),
    ("lrm", '\u{200E}'),
    ("lsaquo", '\u{2039}'),
    ("lsqb", '\u{5B}'),
    ("lsquo", '\u{2018}'),
    ("lstrok", '\u{142}'),
    ("lt", '\u{3C}'),
    ("mdash", '\u{2014}'),
    ("middot", '\u{B7}'),
    ("minus", '\u{2212}'),
    ("nacute", '\u{144}'),
    ("nbsp", '\u{A0}'),
    ("ndash", '\u{2013}'),
    ("ntilde", '\u{F1}'),
    ("num", '\u{23}'),
    ("numsp", '\u{2007}'),
    ("oacute", '\u{F3}'),
    ("ocirc", '\u{F4}'),
    ("odblac", '\u{151}'),
    ("oelig", '\u{153}'),
    ("ograve", '\u{F2}'),
    ("oslash", '\u{F8}'),
    ("otilde", '\u{F5}'),
    ("ouml", '\u{F6}'),
    ("percnt", '\u{25}'),
    ("period", '\u{2E}'),
    ("plus", '\u{2B}'),
    ("puncsp", '\u{2008}'),
    ("quest", '\u{3F}'),
    ("quot", '\u{22}'),
    ("raquo", '\u{BB}'),
    ("rbrace", '\u{7D}'),
    ("rbrack", '\u{5D}'),
    ("rcaron", '\u{159}'),
    ("rcub", '\u{7D}'),
    ("rdquo", '\u{201D}'),
    ("reg", '\u{AE}'),
    ("rlm", '\u{200F}'),
    ("rpar", '\u{29}'),
    ("rsaquo", '\u{203A}'),
    ("rsqb", '\u{5D}'),
    ("rsquo", '\u{2019}'),
    ("sacute", '\u{15B}'),
    ("sbquo", '\u{201A}'),
    ("scaron", '\u{161}'),
    ("scedil", '\u{15F}'),
    ("semi", '\u{3B}'),
    ("shy", '\u{AD}'),
    ("sol", '\u{2F}'),
    ("szlig", '\u{DF}'),
    ("thinsp", '\u{2009}'),
    ("thorn", '\u{FE}'),
    ("times", '\u{D7}'),
    ("trade", '\u{2122}'),
    ("uacute", '\u{FA}'),
    ("ucirc", '\u{FB}'),
    ("udblac", '\u{171}'),
    ("ugrave", '\u{F9}'),
    ("uring", '\u{16F}'),
    ("uuml", '\u{FC}'),
    ("verbar", '\u{7C}'),
    ("vert", '\u{7C}'),
    ("yacute", '\u{FD}'),
    ("yuml", '\u{FF}'),
    ("zacute", '\u{17A}'),
    ("zcaron", '\u{17E}'),
    ("zdot", '\u{17C}'),
    ("zwj", '\u{200D}'),
    ("zwnj", '\u{200C}'),
];

/// The character at the beginning of this text, which is `&`, and what follows it.
pub(crate) fn resolve(text: &str) -> (char, &str) {
    let unresolved = ('&', text.get(1..).unwrap_or_default());
    let Some(body) = text.strip_prefix('&') else { return unresolved };
    let end =
        body.bytes().take(REFERENCE_BYTES).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#').count();
    let name = &body[..end];
    let Some(character) = character(name) else { return unresolved };
    let after = &body[end..];
    (character, after.strip_prefix(';').unwrap_or(after))
}

/// What a reference without `&` and `;` stands for.
pub(crate) fn character(name: &str) -> Option<char> {
    let Some(number) = name.strip_prefix('#') else {
        return NAMES.binary_search_by_key(&name, |(known, _)| known).ok().map(|at| NAMES[at].1);
    };
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
    fn names_are_sorted_so_that_each_is_found() {
        assert!(NAMES.is_sorted_by_key(|(name, _)| *name));
        for (name, known) in NAMES {
            assert_eq!(character(name), Some(*known));
        }
    }

    #[test]
    fn numbers_and_names_are_resolved_with_or_without_their_end() {
        assert_eq!(resolve("&#8209;x"), ('\u{2011}', "x"));
        assert_eq!(resolve("&#x2d;"), ('-', ""));
        assert_eq!(resolve("&nbsp x"), ('\u{A0}', " x"));
        assert_eq!(resolve("&#150;"), ('\u{2013}', ""));
        for text in ["&", "&;", "&#;", "&#xD800;", "&#99999999999;", "&none;"] {
            assert_eq!(resolve(text), ('&', &text[1..]), "{text}");
        }
    }
}
