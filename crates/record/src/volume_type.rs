//! The types of volumes, with their names in Microsoft Graph and on the command line.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a volume is for. The names in JSON are Microsoft Graph's, `dataVolume` apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
pub enum VolumeType {
    /// The drive Windows starts from.
    #[serde(rename = "operatingSystemVolume")]
    OperatingSystem,
    /// A fixed data drive.
    #[serde(rename = "fixedDataVolume")]
    FixedData,
    /// A stick or an external drive.
    #[serde(rename = "removableDataVolume")]
    RemovableData,
    /// PowerShell's `Data`: fixed or removable, not known which.
    #[serde(rename = "dataVolume")]
    Data,
    /// Nobody said. Graph keeps `unknownFutureValue` for its own future; ours is a value of its own.
    #[default]
    #[serde(rename = "unknown")]
    Unknown,
}

/// The word is no volume type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown volume type")]
pub struct VolumeTypeError;

impl VolumeType {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::OperatingSystem, Self::FixedData, Self::RemovableData, Self::Data, Self::Unknown];

    /// The word on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::OperatingSystem => "os",
            Self::FixedData => "fixed",
            Self::RemovableData => "removable",
            Self::Data => "data",
            Self::Unknown => "unknown",
        }
    }

    /// The name in JSON.
    #[must_use]
    pub const fn graph_name(self) -> &'static str {
        match self {
            Self::OperatingSystem => "operatingSystemVolume",
            Self::FixedData => "fixedDataVolume",
            Self::RemovableData => "removableDataVolume",
            Self::Data => "dataVolume",
            Self::Unknown => "unknown",
        }
    }
}

impl FromStr for VolumeType {
    type Err = VolumeTypeError;

    fn from_str(text: &str) -> Result<Self, VolumeTypeError> {
        let word = text.trim().to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|kind| word == kind.word() || word == kind.graph_name().to_ascii_lowercase())
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
        for kind in VolumeType::ALL {
            assert_eq!(kind.word().parse(), Ok(kind));
            assert_eq!(kind.graph_name().to_uppercase().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).ok(), Some(kind.graph_name().into()));
        }
        assert_eq!("1".parse::<VolumeType>(), Err(VolumeTypeError));
    }
}
