//! What a volume is for, by its word or the number of a source, and drive letters.

use super::volume_words::VOLUME_WORDS;
use crate::context::drive_in;
use crate::entry::{Numbers, folded};
use drivekey_record::VolumeType;

/// What a volume is for; bare numbers by the source's own meaning.
pub(in crate::entry) fn volume_type(text: &str, numbers: Numbers) -> Option<VolumeType> {
    let word = folded(text.trim().trim_start_matches("microsoft.graph."));
    if word.is_empty() || word.chars().count() > 40 {
        return None;
    }
    if let (Ok(number), true) = (word.parse::<u32>(), word.len() <= 2) {
        return match (numbers, number) {
            (Numbers::Graph, 1) | (Numbers::PowerShell, 0) => Some(VolumeType::OperatingSystem),
            (Numbers::Graph, 2) => Some(VolumeType::FixedData),
            (Numbers::Graph, 3) => Some(VolumeType::RemovableData),
            (Numbers::PowerShell, 1) => Some(VolumeType::Data),
            _ => None,
        };
    }
    VOLUME_WORDS.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(kind, _)| *kind)
}

/// Whether the text is a word for a volume's type.
pub(crate) fn is_volume_word(text: &str) -> bool {
    volume_type(text, Numbers::Unknown).is_some()
}

/// Whether the text is a drive, such as `C:`.
pub(crate) fn is_drive(text: &str) -> bool {
    text.trim().len() <= 64 && drive_in(text, false).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_mean_what_the_source_means() {
        assert_eq!(volume_type("1", Numbers::Graph), Some(VolumeType::OperatingSystem));
        assert_eq!(volume_type("1", Numbers::PowerShell), Some(VolumeType::Data));
        assert_eq!(volume_type("0", Numbers::Graph), None);
        assert_eq!(volume_type("1", Numbers::Unknown), None);
        assert_eq!(volume_type("Operating System Drive", Numbers::Unknown), Some(VolumeType::OperatingSystem));
        assert_eq!(volume_type("unknownFutureValue", Numbers::Graph), None);
    }
}
