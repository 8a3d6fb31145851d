//! What the lines of a text say beside the keys: computer, drive, volume. Lines before the first key hold for all that
//! follow until the next of their kind; where they stand behind the keys, for those before.

use std::ops::Range;

use super::file_name;
use super::key_id;
use super::labels::{self, Label, holds};
use drivekey_record::{LineText, VolumeType};

mod drive;

pub(super) use drive::drive_in;
use drive::{Drive, cell_drive, heading, letter_in};

/// Longer lines are prose.
const LINE_BYTES: usize = 2000;
/// Longest name of a computer that is believed.
const NAME_CHARS: usize = 64;
/// Words before a drive that need no label list, such as `Volume C: [OS]` in any language.
const HEADING_BYTES: usize = 40;
/// Most words of a label inside a line.
const LABEL_WORDS: usize = 3;
/// More digits than this are no name.
const NAME_DIGITS: usize = 16;
/// The link at the end of Windows' own text: what follows belongs to another.
const END_OF_WINDOWS_TEXT: &str = "fwlink";

/// All of it, each kind in the order of the text.
#[derive(Debug, Default)]
pub(super) struct Context {
    devices: Vec<(usize, LineText)>,
    drives: Vec<(usize, Drive)>,
    volume_labels: Vec<(usize, LineText)>,
    volume_types: Vec<(usize, VolumeType)>,
    ends: Vec<usize>,
    foreign_label: bool,
}

/// What holds for one key.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    pub(super) device_name: Option<LineText>,
    pub(super) mount_point: Option<LineText>,
    pub(super) volume_label: Option<LineText>,
    pub(super) volume_type: VolumeType,
}

impl Context {
    /// Reads the lines. `guessed_letters`: whether letters above ASCII may be wrong.
    pub(super) fn of(text: &str, guessed_letters: bool) -> Self {
        let mut context = Self::default();
        let mut at = 0;
        // A label whose value may stand on the next line.
        let mut pending: Option<(Label, usize)> = None;
        for line in text.split('\n') {
            let start = at;
            at += line.len() + 1;
            if line.len() > LINE_BYTES {
                pending = None;
            } else if pending.is_none() && !line.as_bytes().iter().any(|byte| matches!(byte, b':' | b'=' | b'[')) {
                // Nothing is announced on it.
            } else if !line.trim().is_empty() {
                if holds(line, END_OF_WINDOWS_TEXT) {
                    context.ends.push(start);
                }
                pending = context.line(line, start, pending, guessed_letters);
            }
        }
        // On a line that lost its line ends the first label is read last.
        context.devices.sort_by_key(|(place, _)| *place);
        context.drives.sort_by_key(|(place, _)| *place);
        context
    }

    /// Whether it says anything.
    pub(super) const fn is_empty(&self) -> bool {
        self.devices.is_empty()
            && self.drives.is_empty()
            && self.volume_labels.is_empty()
            && self.volume_types.is_empty()
    }

    /// Whether a label of a script other than Latin was understood.
    pub(super) const fn has_foreign_label(&self) -> bool {
        self.foreign_label
    }

    /// What holds for the key at this place. `first_key`: where the first one stands.
    pub(super) fn at(&self, text: &str, key: &Range<usize>, first_key: usize) -> Surroundings {
        let device_name = self.near(&self.devices, key, first_key, true).cloned();
        let near_drive = self.near(&self.drives, key, first_key, false).cloned();
        let (mount_point, bracketed) = near_drive.or_else(|| cell_drive(text, key)).unzip();
        let volume_label =
            bracketed.flatten().or_else(|| self.near(&self.volume_labels, key, first_key, false).cloned());
        let volume_type = self.near(&self.volume_types, key, first_key, false).copied().unwrap_or_default();
        Surroundings { device_name, mount_point, volume_label, volume_type }
    }

    fn near<'a, T>(
        &self,
        items: &'a [(usize, T)],
        key: &Range<usize>,
        first_key: usize,
        heads_all: bool,
    ) -> Option<&'a T> {
        let at = items.partition_point(|(place, _)| *place < key.start);
        let leads = items.first().is_some_and(|(place, _)| *place < first_key);
        let (place, item) = if leads { items.get(at.checked_sub(1)?)? } else { items.get(at)? };
        let apart = self.ends.partition_point(|end| *end < key.start) != self.ends.partition_point(|end| end < place);
        (!apart || (leads && heads_all)).then_some(item)
    }

    fn line(
        &mut self,
        line: &str,
        start: usize,
        pending: Option<(Label, usize)>,
        guessed: bool,
    ) -> Option<(Label, usize)> {
        if let Some(found) = heading(line) {
            self.drives.push((start, found));
            return None;
        }
        if let Some(kind) = bracketed_type(line) {
            self.volume_types.push((start, kind));
            return None;
        }
        if let Some((label, place)) = pending
            && (label == Label::Drive || !line.trim_end().ends_with(':'))
            && self.value(label, line, place, guessed)
        {
            return None;
        }
        let mut open = None;
        for part in columns(line) {
            let Some((words, value)) = part.split_once([':', '=']) else { continue };
            if self.in_prose(part, words, start, guessed) {
                continue;
            }
            match labels::label(words) {
                Some(label) if value.trim().is_empty() => open = Some((label, start)),
                Some(label) => {
                    self.foreign_label |= words.chars().any(|c| c > '\u{24F}');
                    self.value(label, value, start, guessed);
                }
                None => {
                    let is_foreign = words.len() < HEADING_BYTES * 2 && words.chars().any(|c| c > '\u{24F}');
                    self.foreign_label |= is_foreign && key_id::label(words, true) == key_id::Label::Key;
                    self.without_label(words, value, start);
                }
            }
        }
        open
    }

    /// Labels inside a line that lost its line ends: `ID: … Drive: D: (Archive) Computer: PC-1 …`. A name then ends at
    /// a blank.
    fn in_prose(&mut self, part: &str, first_words: &str, start: usize, guessed: bool) -> bool {
        let mut any = false;
        for (colon, _) in part.match_indices(": ").filter(|(colon, _)| *colon > first_words.len()) {
            let words = part[..colon].trim_end();
            let starts = words.rmatch_indices(' ').map(|(at, _)| at + 1).take(LABEL_WORDS);
            let Some(label) = starts.filter_map(|at| labels::label(&words[at..])).last() else { continue };
            any |= self.inline_value(label, &part[colon + 1..], start + colon, guessed);
        }
        if any && let Some(label) = labels::label(first_words) {
            self.inline_value(label, &part[first_words.len() + 1..], start, guessed);
        }
        any
    }

    fn inline_value(&mut self, label: Label, value: &str, start: usize, guessed: bool) -> bool {
        let value = value.trim_start();
        let value = match label {
            Label::Drive => {
                value.split_inclusive([']', ')']).next().filter(|part| part.len() < HEADING_BYTES).unwrap_or(value)
            }
            Label::Device | Label::VolumeName | Label::VolumeType => {
                value.split(char::is_whitespace).next().unwrap_or_default()
            }
        };
        self.value(label, value, start, guessed)
    }

    fn value(&mut self, label: Label, value: &str, start: usize, guessed: bool) -> bool {
        match label {
            Label::Drive => {
                let Some(found) = drive_in(value, true) else { return false };
                self.drives.push((start, found));
            }
            Label::Device => {
                // A computer's label before a drive is the drive's.
                let Some(found) = name(without_system(value), guessed) else { return false };
                self.devices.push((start, found));
            }
            Label::VolumeName => {
                let Some(found) = name(value, guessed) else { return false };
                self.volume_labels.push((start, found));
            }
            Label::VolumeType => {
                let Some(found) = volume_type(value) else { return false };
                self.volume_types.push((start, found));
            }
        }
        true
    }

    /// `<any words>: C:`, and Vista's `Drive Label: <computer> C: <date>`.
    fn without_label(&mut self, words: &str, value: &str, start: usize) {
        if words.len() > HEADING_BYTES || words.contains(['\\', '/', '>']) {
            return;
        }
        if let Some(found) = drive_in(value, false) {
            self.drives.push((start, found));
        } else if let Some((device, rest)) = value.trim().split_once(' ')
            && let Some((letter, date)) = letter_in(rest)
            && date
                .split(['.', '/', '-', ' '])
                .filter(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
                .count()
                >= 3
            && let (Some(device), Some(letter)) = (name(device, false), file_name::drive(letter))
        {
            self.devices.push((start, device));
            self.drives.push((start, (letter, None)));
        }
    }
}

/// Parts of a line that stand beside each other: set apart by tabs, bars, semicolons, commas or wide gaps.
fn columns(line: &str) -> impl Iterator<Item = &str> {
    line.split(['\t', '|', ';', ',']).flat_map(|part| {
        let mut from = 0;
        let mut parts = Vec::new();
        for (at, _) in part.match_indices("   ") {
            let value_follows =
                part[..at].trim_end().ends_with([':', '=']) || part[at..].trim_start().starts_with([':', '=']);
            if at >= from && !value_follows && !part[from..at].trim().is_empty() {
                parts.push(&part[from..at]);
                from = at;
            }
        }
        parts.push(&part[from..]);
        parts
    })
}

/// `[OS Volume]`, `[Data Volume]`: the line below a volume's heading.
fn bracketed_type(line: &str) -> Option<VolumeType> {
    volume_type(line.trim().strip_prefix('[')?.strip_suffix(']')?)
}

fn volume_type(value: &str) -> Option<VolumeType> {
    let word = value.trim();
    if word.len() > HEADING_BYTES || word.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    match word.to_ascii_lowercase().replace([' ', '_', '-'], "").as_str() {
        "os" | "osv" | "osvolume" | "operatingsystem" | "operatingsystemvolume" | "operatingsystemdrive" => {
            Some(VolumeType::OperatingSystem)
        }
        "fixed" | "fdv" | "fixeddata" | "fixeddatavolume" | "fixeddatadrive" => Some(VolumeType::FixedData),
        "removable" | "rdv" | "removabledata" | "removabledatavolume" | "removabledatadrive" => {
            Some(VolumeType::RemovableData)
        }
        "data" | "datavolume" => Some(VolumeType::Data),
        _ => None,
    }
}

/// A computer's name without its system, which PowerShell puts behind it in brackets.
pub(super) fn without_system(value: &str) -> &str {
    let inner = value.trim_end().strip_suffix(')').and_then(|rest| rest.split_once(" ("));
    inner.filter(|(_, system)| system.contains(' ')).map_or(value, |(bare, _)| bare)
}

/// A value that can be a name: short, with a letter or a digit, without anything like a password in it.
pub(super) fn name(value: &str, guessed: bool) -> Option<LineText> {
    let value = value.trim().trim_matches(|c: char| "\"'“”„«»`*.".contains(c)).trim();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let long = value.chars().count() > NAME_CHARS;
    if long || digits > NAME_DIGITS || !value.contains(char::is_alphanumeric) || drive_in(value, false).is_some() {
        return None;
    }
    let above = value.chars().filter(|c| !c.is_ascii());
    let readable = |c: char| matches!(c, 'À'..='ÿ');
    if guessed && (above.clone().count() * 2 > value.chars().count() || !above.clone().all(readable)) {
        return None;
    }
    value.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drive_of(line: &str) -> Option<(String, Option<String>)> {
        let context = Context::of(line, false);
        context.drives.first().map(|(_, (letter, label))| {
            (letter.as_str().to_owned(), label.as_ref().map(|label| label.as_str().to_owned()))
        })
    }

    #[test]
    fn drives_are_found_in_any_language() {
        for line in [
            "Drive:        D:",
            "Unidad: D:",
            "Mount Point: D:",
            "MountPoint : D:",
            "Volume \"D:\" []",
            "Том D: []",
            "Lecteur : D:\\",
            "Laufwerk: D",
            "Drive:\n  D:",
            "Computer: PC1   Drive: D:",
        ] {
            assert_eq!(drive_of(line), Some(("D:".to_owned(), None)), "{line}");
        }
        for line in ["Volume D: [OS]", "Drive: D: (OS)", "ボリューム D: [OS]"] {
            assert_eq!(drive_of(line), Some(("D:".to_owned(), Some("OS".to_owned()))), "{line}");
        }
        for line in [
            "PS C:\\Windows\\system32> manage-bde -protectors C: -get",
            "Saved to C:\\Users\\x",
            "https://go.microsoft.com",
            "PC: x",
            "Cc: Anna",
            "ID: {x}",
        ] {
            assert_eq!(drive_of(line), None, "{line}");
        }
    }

    #[test]
    fn computers_are_found_by_label() {
        let device = |line: &str| Context::of(line, false).devices.first().map(|(_, name)| name.as_str().to_owned());
        for line in [
            "Computer: MI-PC",
            "Equipo: MI-PC",
            "ComputerName : MI-PC",
            "Hostname=MI-PC",
            "コンピューター名: MI-PC",
            "Drive Label: MI-PC C: 26/03/2021.",
            "Computer:\n\tMI-PC",
            "Nom de l'ordinateur : MI-PC",
        ] {
            assert_eq!(device(line).as_deref(), Some("MI-PC"), "{line}");
        }
        assert_eq!(device("Computer: 506825-429770-002244-257444"), None);
        assert_eq!(device("Usuario: Erick"), None);
    }
}
