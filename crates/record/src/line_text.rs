//! One line of text from a user or a file: a device name, a volume label, a note or a tag. It is safe to print on any
//! terminal.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// The maximum number of characters.
pub const LINE_TEXT_CHARS: usize = 1000;

/// A non-empty line in NFC, without control characters, direction marks or surrounding white space.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LineText(String);

/// Why a text cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LineTextError {
    /// The text has nothing printable.
    #[error("the text is empty")]
    Empty,
    /// The text is longer than [`LINE_TEXT_CHARS`].
    #[error("the text is longer than {LINE_TEXT_CHARS} characters")]
    TooLong,
}

impl LineText {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Makes a line from text of any length and cuts off what is too long; `None` if nothing printable is left.
    #[must_use]
    pub fn shortened(text: &str) -> Option<Self> {
        match text.parse() {
            Ok(whole) => Some(whole),
            Err(LineTextError::Empty) => None,
            Err(LineTextError::TooLong) => {
                let kept: String = text.chars().take(LINE_TEXT_CHARS / 2).collect();
                format!("{kept}…").parse().ok()
            }
        }
    }

    /// The normal form, which is equal for all spellings of a name: NFKC, lower case, single spaces.
    #[must_use]
    pub fn normalised(&self) -> String {
        normalise(&self.0)
    }
}

/// As [`LineText::normalised`], for typed words.
pub fn normalise(text: &str) -> String {
    if text.is_ascii() {
        // A fast path with the same result as the code below. A search normalises every name in the vault.
        let mut words = text.split_ascii_whitespace();
        let mut folded = String::with_capacity(text.len());
        folded.extend(words.next());
        for word in words {
            folded.push(' ');
            folded.push_str(word);
        }
        folded.make_ascii_lowercase();
        return folded;
    }
    let folded: String = text.nfkc().flat_map(char::to_lowercase).nfkc().collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl FromStr for LineText {
    type Err = LineTextError;

    fn from_str(text: &str) -> Result<Self, LineTextError> {
        if is_plain(text) {
            let clean = text.trim();
            return if clean.is_empty() { Err(LineTextError::Empty) } else { Ok(Self(clean.to_owned())) };
        }
        let clean: String =
            text.nfc().filter(|c| !is_unprintable(*c)).map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
        let clean = clean.trim();
        if clean.is_empty() {
            return Err(LineTextError::Empty);
        }
        if clean.chars().count() > LINE_TEXT_CHARS {
            return Err(LineTextError::TooLong);
        }
        Ok(Self(clean.to_owned()))
    }
}

/// Whether a text is printable ASCII within the limit, so that it needs no folding, filtering or counting.
fn is_plain(text: &str) -> bool {
    text.len() <= LINE_TEXT_CHARS && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// Whether a character is a control character (except line ends and TAB, which become spaces), a direction mark or a
/// zero-width character. These could make one name look like another, or control a terminal.
#[must_use]
pub fn is_unprintable(c: char) -> bool {
    (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
        || matches!(c, '\u{FEFF}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{61C}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

impl TryFrom<String> for LineText {
    type Error = LineTextError;

    fn try_from(text: String) -> Result<Self, LineTextError> {
        if is_plain(&text) && text.trim().len() == text.len() && !text.is_empty() {
            return Ok(Self(text));
        }
        text.parse()
    }
}

impl From<LineText> for String {
    fn from(text: LineText) -> Self {
        text.0
    }
}

impl fmt::Display for LineText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escape_sequences_and_direction_marks_are_dropped() {
        assert_eq!("\u{1b}[31mPC\u{202E}1\u{7}\r\n".parse::<LineText>().map(String::from).as_deref(), Ok("[31mPC1"));
        assert_eq!(" \u{200B}\t".parse::<LineText>(), Err(LineTextError::Empty));
        assert_eq!("x".repeat(1001).parse::<LineText>(), Err(LineTextError::TooLong));
    }

    #[test]
    fn spellings_of_one_name_are_equal() {
        assert_eq!(normalise("Büro  ＰＣ"), normalise("bu\u{308}ro pc"));
    }

    proptest! {
        #[test]
        fn ascii_takes_the_short_way_to_the_same_form(text in "[ -~\t]{0,30}") {
            let folded: String = text.nfkc().flat_map(char::to_lowercase).nfkc().collect();
            prop_assert_eq!(normalise(&text), folded.split_whitespace().collect::<Vec<_>>().join(" "));
        }

        #[test]
        fn what_is_kept_stays_as_it_is(text in "\\PC{0,40}|.{0,40}") {
            if let Ok(kept) = text.parse::<LineText>() {
                prop_assert!(!kept.as_str().chars().any(char::is_control));
                prop_assert_eq!(kept.as_str().parse(), Ok(kept.clone()));
            }
        }
    }
}
