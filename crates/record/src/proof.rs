//! The result of trying a recovery password on the metadata of a drive.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Guid;

/// How far a recovery password was proven. Each level holds all before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ProofLevel {
    /// The drive lists its Key ID, and these digits did not open it.
    DoesNotOpen,
    /// The drive lists its Key ID: a hint, no proof.
    KeyIdFits,
    /// It opened the volume's master key.
    OpensVolume,
    /// The key of the data opened under the master key.
    OpensData,
    /// The metadata are those that Windows wrote.
    MetadataIntact,
    /// The first sector became readable.
    FirstSector,
}

/// A proof, kept with its record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Proof {
    /// When it was tried.
    #[serde(rename = "provedDateTime")]
    pub at: DateTime<Utc>,
    /// How far it went.
    pub level: ProofLevel,
    /// The volume's own identifier.
    pub volume: Guid,
}

impl ProofLevel {
    /// All of them, the weakest first.
    pub const ALL: [Self; 6] = [
        Self::DoesNotOpen,
        Self::KeyIdFits,
        Self::OpensVolume,
        Self::OpensData,
        Self::MetadataIntact,
        Self::FirstSector,
    ];

    /// The name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DoesNotOpen => "doesNotOpen",
            Self::KeyIdFits => "keyIdFits",
            Self::OpensVolume => "opensVolume",
            Self::OpensData => "opensData",
            Self::MetadataIntact => "metadataIntact",
            Self::FirstSector => "firstSector",
        }
    }

    /// Whether the key was seen to open something: the word "proven" is for these only.
    #[must_use]
    pub fn is_proof(self) -> bool {
        self >= Self::OpensVolume
    }
}
