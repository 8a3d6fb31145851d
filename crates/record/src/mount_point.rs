//! Where a volume is mounted: a drive letter or a folder. A drive letter has one spelling, `C:`.

use unicode_normalization::UnicodeNormalization;

use super::LineText;

/// Parses a typed mount point: a drive letter in any spelling, or the path of a folder.
#[must_use]
pub fn parse_mount_point(typed: &str) -> Option<LineText> {
    let text: LineText = typed.parse().ok()?;
    if let Some(letter) = drive_letter(text.as_str()) {
        return Some(letter);
    }
    let mut chars = text.as_str().chars();
    let is_path = match (chars.next(), chars.next(), chars.next()) {
        (Some('/'), _, _) => true,
        (Some(letter), Some(':'), Some('\\' | '/')) => letter.is_ascii_alphabetic(),
        _ => false,
    };
    is_path.then_some(text)
}

/// Normalises the spelling of a drive letter from a source. Any other text stays as it is.
#[must_use]
pub fn normalise_mount_point(said: LineText) -> LineText {
    drive_letter(said.as_str()).unwrap_or(said)
}

/// `c`, `C:`, `c:\` and their full-width forms all mean drive C.
fn drive_letter(text: &str) -> Option<LineText> {
    let folded: String = text.nfkc().collect();
    let mut chars = folded.trim().chars();
    let letter = chars.next().filter(char::is_ascii_alphabetic)?;
    matches!(chars.as_str(), "" | ":" | ":\\" | ":/")
        .then(|| format!("{}:", letter.to_ascii_uppercase()).parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Option<String> {
        parse_mount_point(text).map(String::from)
    }

    #[test]
    fn a_letter_has_one_spelling() {
        for text in ["c", "C", "c:", "C:", " c: ", "C:\\", "c:/", "Ｃ：", "ｃ"] {
            assert_eq!(typed(text).as_deref(), Some("C:"), "{text}");
            assert_eq!(normalise_mount_point(text.parse().unwrap()).as_str(), "C:", "{text}");
        }
    }

    #[test]
    fn folders_stay_as_they_are_and_nothing_else_is_taken() {
        for text in ["/", "/mnt/Data", "C:\\Mount\\data", "d:\\x", "E:/Data"] {
            assert_eq!(typed(text).as_deref(), Some(text));
        }
        for text in ["CC", "1:", "C:D", "C::", "ß:", "C :", "Data", "\\Mount", "", " ", ":", "C:\u{7}\u{7}x"] {
            assert_eq!(typed(text), None, "{text}");
        }
        for text in ["CC", "\\\\?\\Volume{4a1b}\\", "Data (D:)"] {
            assert_eq!(normalise_mount_point(text.parse().unwrap()).as_str(), text);
        }
    }
}
