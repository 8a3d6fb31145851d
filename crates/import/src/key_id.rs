//! What makes a Key ID. The one rule that all readers follow, written down for people in `docs/IMPORT.md`.
//!
//! A GUID, or the beginning of one, is a Key ID where something says so: a label before it, the name of its field or
//! column, Windows' own layout, Windows' own file name, or a text that holds nothing but IDs and keys. Every other GUID
//! near a key is a candidate, which a person may confirm. The IDs of other things are not even that.

mod clause;
mod layout;
mod words;

pub(super) use layout::{holds_only_pairs, is_in_windows_layout, reaches};

use crate::entry::{Role, exact_role, folded, role};
use clause::{clause, is_attribute, is_directory_time, trimmed};
use words::{ABOUT_KEYS, BARE, FILLERS, FOREIGN_KEYS, IDENTIFIERS, JOINING, KEYS, OTHER_THINGS, RECOVERY};

/// Words of a label that are looked at, from the value backwards.
const WORDS_MAX: usize = 7;
/// The word that Microsoft's own texts hold in every language.
const BITLOCKER: &str = "bitlocker";

/// What the words before a value say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// It is a Key ID.
    Key,
    /// It is an ID, and nothing says of what: a Key ID where it stands with a key.
    Bare,
    /// It belongs to something else.
    Other,
    /// Nothing.
    None,
}

/// What the words before a value say. `about_bitlocker`: whether the text names `BitLocker`, which settles what a mere
/// "Identifier" is.
pub(super) fn label(words: &str, about_bitlocker: bool) -> Label {
    let words_given = words;
    if is_directory_time(words) {
        return Label::Key;
    }
    let is_announced = words.trim_end_matches([' ', '\t', '{', '"']).ends_with([':', '：', '=']);
    let words = trimmed(words);
    let clause = clause(words);
    let mut tokens: Vec<&str> = clause.split_whitespace().collect();
    while tokens.len() > 1 && tokens.last().is_some_and(|word| is_in(FILLERS, word)) {
        tokens.pop();
    }
    let first = tokens.len().saturating_sub(WORDS_MAX);
    let tokens = &tokens[first..];
    let Some(last) = tokens.last() else { return Label::None };
    if last.starts_with(['\\', '&', '?', '_']) {
        // A command of a format or a part of an address, such as the `\id=` by which Sticky Notes counts its lines.
        return Label::Other;
    }
    if last.chars().any(char::is_control) {
        return Label::None;
    }
    if is_in(BARE, last) && is_attribute(words_given) {
        return Label::None;
    }
    for count in (1..=tokens.len()).rev() {
        let (before, name) = tokens.split_at(tokens.len() - count);
        let name = name.join(" ");
        match named(&name, before, about_bitlocker) {
            Some(Named::Is(found)) => return found,
            // `Laptop: {…}` is the laptop's; `1. Laptop {…}` does not say whose.
            Some(Named::Thing) => return if is_announced { Label::Other } else { Label::None },
            None => {}
        }
    }
    // `Kennung` inside a sentence of a script without blanks, such as `以下の識別子`.
    if IDENTIFIERS.iter().any(|word| !word.is_ascii() && last.chars().any(|c| c > '\u{2E7F}') && last.ends_with(word)) {
        // `デバイスの識別子` is a device's.
        return match OTHER_THINGS.iter().any(|word| !word.is_ascii() && last.contains(word)) {
            true => Label::Other,
            false if about_bitlocker || is_about_keys(last) => Label::Key,
            false => Label::Bare,
        };
    }
    spoken(tokens)
}

/// What a known name says.
enum Named {
    /// Whose ID follows.
    Is(Label),
    /// That a computer or a drive is named.
    Thing,
}

/// Whether words speak of recovery keys.
pub(super) fn is_about_a_key(words: &str) -> bool {
    is_about_keys(words)
}

/// Whether a name is that of something that has IDs of its own: a device, a note, a row.
pub(super) fn names_another_thing(name: &str) -> bool {
    let name = folded(name);
    let singular = name.strip_suffix("ies").map(|stem| format!("{stem}y"));
    let is_vault =
        ["password", "secret", "login", "credential"].iter().any(|word| name.strip_suffix('s') == Some(word));
    is_foreign_word(singular.as_deref().unwrap_or(&name)) || is_vault
}

/// Whether a field's name speaks of keys that open no drive.
pub(super) fn names_a_foreign_key(name: &str) -> bool {
    let name = folded(name);
    FOREIGN_KEYS.iter().any(|word| name.contains(word))
}

/// Whether a field's name is a mere "identifier": the key's, where the field stands with a key.
pub(super) fn is_mere_identifier(name: &str) -> bool {
    is_in(IDENTIFIERS, name)
}

/// What a name that is known says. `before`: the words before it.
fn named(name: &str, before: &[&str], about_bitlocker: bool) -> Option<Named> {
    if is_in(BARE, name) {
        return Some(Named::Is(bare(before).unwrap_or(Label::Bare)));
    }
    if is_in(IDENTIFIERS, name) {
        let alone = if about_bitlocker { Label::Key } else { Label::Bare };
        return Some(Named::Is(bare(before).unwrap_or(alone)));
    }
    let is_foreign = || before.iter().any(|word| is_in(FOREIGN_KEYS, word));
    match exact_role(name).unwrap_or_else(|| if name.contains(' ') { Role::Unknown } else { role(name) }) {
        Role::KeyId => Some(Named::Is(if is_foreign() { Label::Other } else { Label::Key })),
        // A recovery key's name before a GUID: what follows is its ID, as in the names of Windows' files.
        Role::Password if ABOUT_KEYS.iter().any(|word| folded(name).contains(word)) && folded(name).len() > 6 => {
            (!is_foreign()).then_some(Named::Is(Label::Key))
        }
        Role::OtherId | Role::DeviceId => Some(Named::Is(Label::Other)),
        Role::Device | Role::Drive | Role::VolumeLabel | Role::VolumeType => Some(Named::Thing),
        _ => None,
    }
}

/// What stands before a mere `ID`: a word for keys, or something else whose ID it is; `None` where nothing stands there,
/// or a word that only joins it to a sentence.
fn bare(before: &[&str]) -> Option<Label> {
    let last = before.last()?;
    let named = before.iter().rev().find(|word| !is_in(JOINING, word));
    if before.iter().any(|word| is_foreign_word(word)) {
        Some(Label::Other)
    } else if named.is_some_and(|word| is_about_keys(word)) {
        // `BitLocker ID`, but not `BitLocker compliance ID`.
        Some(Label::Key)
    } else if (is_in(JOINING, last) && before.len() == 1) || !last.chars().any(char::is_alphanumeric) {
        None
    } else {
        Some(Label::Other)
    }
}

/// Words in a sentence: `the ID of the recovery key is …`.
fn spoken(tokens: &[&str]) -> Label {
    let ids = |word: &&&str| is_in(BARE, word) || is_in(IDENTIFIERS, word);
    if tokens.iter().any(|word| is_foreign_word(word)) {
        return Label::Other;
    }
    let last = folded(tokens.last().unwrap_or(&""));
    if tokens.iter().any(|word| is_about_keys(word)) && tokens.iter().find(ids).is_some() {
        return Label::Key;
    }
    let names_an_id = ["id", "guid", "uuid", "uid", "identifier"].iter().any(|end| last.ends_with(end));
    if names_an_id && last.len() > 2 { Label::Other } else { Label::None }
}

fn is_about_keys(word: &str) -> bool {
    let word = folded(word);
    ABOUT_KEYS.iter().any(|known| word.contains(known))
}

fn is_foreign_word(word: &str) -> bool {
    let word = folded(word);
    let singular = word.strip_suffix('s').unwrap_or(&word);
    [word.as_str(), singular].iter().any(|word| OTHER_THINGS.contains(word) || FOREIGN_KEYS.contains(word))
}

fn is_in(list: &[&str], word: &str) -> bool {
    let word = folded(word);
    !word.is_empty() && list.contains(&word.as_str())
}

/// Whether the text names `BitLocker`.
pub(super) fn is_about_bitlocker(text: &str) -> bool {
    crate::labels::holds(text, BITLOCKER)
}

/// Whether a name says that the GUID in it, or below it, is a Key ID: Windows' own names of files, in any language, and
/// those of tools that imitate them; names of lists of recovery keys. `rest` is the name without the GUID.
pub(super) fn names_a_key(rest: &str) -> bool {
    let name = folded(rest);
    let holds = |list: &[&str]| list.iter().any(|word| name.contains(word));
    let is_foreign = rest.split(|c: char| !c.is_alphanumeric()).any(|word| is_in(FOREIGN_KEYS, word));
    // A password alone, or a key, may be any program's; and `BitLocker` may stand before the ID of a computer.
    let says = holds(&["mountpoint", "protector"]) || (holds(RECOVERY) && holds(KEYS));
    says && !is_foreign
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_key_ids_are_known_wherever_they_stand() {
        for words in [
            "Key ID:",
            "Recovery key ID: {",
            "recovery key id",
            "Dell Latitude bitlocker ID",
            "\\id=cf0217d7-f962-456d-a3e5-52c2ffb453e1 Key ID",
            "KeyProtectorId      : {",
            "\"KeyProtectorId\": \"{",
            "<KeyId>",
            "Full recovery key identification:",
            "Schlüssel-ID:",
            "Wiederherstellungsschlüssel-ID (erste 8 Zeichen): ",
            "ID de la clé de récupération :",
            "ИД ключа:",
            "回復キー ID：",
            "Password ID: {",
            "The ID of the recovery key is ",
            "Key ID | ",
            "(Key ID) ",
            "BitLocker Recovery Key ",
            "dn: CN=2024-01-01T00:00:00\\+00:00{",
        ] {
            assert_eq!(label(words, false), Label::Key, "{words}");
        }
        for words in ["Identifier:", "Bezeichner:", "Kennung", "識別子：", "Identificateur :", "以下の識別子"]
        {
            assert_eq!(label(words, true), Label::Key, "{words}");
            assert_eq!(label(words, false), Label::Bare, "{words}");
        }
    }

    #[test]
    fn a_mere_id_is_one_of_something() {
        for words in [
            "ID:",
            "ID",
            "Id.: ",
            "(ID ",
            "Clave: x; ID: {",
            "with ID",
            "\\id=cf0217d7-f962-456d-a3e5 ID ",
            "ID :",
            "ИД: ",
        ] {
            assert_eq!(label(words, false), Label::Bare, "{words}");
        }
    }

    #[test]
    fn ids_of_other_things_are_not_key_ids() {
        for words in [
            "Disk ID:",
            "Device ID: ",
            "DeviceId=",
            "Policy ID",
            "ScriptBlock ID: ",
            "ScriptBlockId\">",
            "UID:",
            "Event ID:",
            "Volume{",
            "Volume GUID:",
            "Geräte-ID:",
            "Laptop ID",
            "BitLocker compliance ID:",
            "apiKeyId: ",
            "API key ID:",
            "SSH key id",
            "Hardware identifier:",
            "HardwareUUID",
            "Computer:",
            "Kennung des Geräts:",
            "text\\id=",
            "\\id={",
            "https://example.org/?id=",
            "<item id=\"",
            "{\"id\": \"",
            "<Data Name=\"Id\">",
        ] {
            assert!(matches!(label(words, true), Label::Other | Label::None), "{words}: {:?}", label(words, true));
        }
        for words in ["", "1. Laptop ", "Dell", "1048576$12$", "10486320 "] {
            assert_eq!(label(words, false), Label::None, "{words}");
        }
    }

    #[test]
    fn names_of_files_say_what_their_guid_is() {
        for name in [
            "BitLocker Recovery Key .TXT",
            "BitLocker-Wiederherstellungsschlüssel .TXT",
            "PC MountPoint C .TXT",
            "Clé de récupération .txt",
        ] {
            assert!(names_a_key(name), "{name}");
        }
        for name in [
            ".txt",
            "report .csv",
            "Policy .json",
            "ssh key .txt",
            "password-export- .csv",
            "recovery .json",
            "bitlocker_ .txt",
        ] {
            assert!(!names_a_key(name), "{name}");
        }
    }
}
