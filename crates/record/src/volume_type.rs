//! Volume types, with their names in Microsoft Graph and on the command line.

use std::fmt;
use std::str::FromStr;

use super::word::{Word, serde_by_name};

/// What a volume is for. The JSON names are Microsoft Graph's, except `dataVolume`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum VolumeType {
    /// The drive Windows starts from.
    OperatingSystem,
    /// A fixed data drive.
    FixedData,
    /// A USB stick or an external drive.
    RemovableData,
    /// PowerShell's `Data`: fixed or removable, not known which.
    Data,
    /// Not known. Graph reserves `unknownFutureValue` for its own additions, so this is a separate value.
    #[default]
    Unknown,
    /// A type that a later version defines.
    Other(Word),
}

/// The word is not a volume type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown volume type")]
pub struct VolumeTypeError;

impl VolumeType {
    /// The types that this version knows, in the order in which they are offered.
    pub const KNOWN: [Self; 5] =
        [Self::OperatingSystem, Self::FixedData, Self::RemovableData, Self::Data, Self::Unknown];

    /// The word on the command line.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::OperatingSystem => "os",
            Self::FixedData => "fixed",
            Self::RemovableData => "removable",
            Self::Data => "data",
            Self::Unknown => "unknown",
            Self::Other(name) => name.as_str(),
        }
    }

    /// The name in JSON.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::OperatingSystem => "operatingSystemVolume",
            Self::FixedData => "fixedDataVolume",
            Self::RemovableData => "removableDataVolume",
            Self::Data => "dataVolume",
            Self::Unknown => "unknown",
            Self::Other(name) => name.as_str(),
        }
    }
}

serde_by_name!(VolumeType);

/// Accepts only types that this version knows: any other typed word is a mistake.
impl FromStr for VolumeType {
    type Err = VolumeTypeError;

    fn from_str(text: &str) -> Result<Self, VolumeTypeError> {
        let word = text.trim().to_ascii_lowercase();
        Self::KNOWN
            .into_iter()
            .find(|kind| word == kind.word() || word == kind.name().to_ascii_lowercase())
            .ok_or(VolumeTypeError)
    }
}

impl fmt::Display for VolumeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_names_are_read_and_serde_agrees() {
        for kind in VolumeType::KNOWN {
            assert_eq!(kind.word().parse(), Ok(kind));
            assert_eq!(kind.name().to_uppercase().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).ok(), Some(kind.name().into()));
        }
        assert_eq!("1".parse::<VolumeType>(), Err(VolumeTypeError));
        let later: VolumeType = serde_json::from_str(r#""OperatingSystemVolume""#).unwrap();
        assert_eq!((later.word(), later.name()), ("OperatingSystemVolume", "OperatingSystemVolume"));
        assert_eq!(serde_json::to_string(&later).unwrap(), r#""OperatingSystemVolume""#);
    }
}
