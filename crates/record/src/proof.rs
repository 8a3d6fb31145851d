//! The result of testing a recovery password against a drive's metadata.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Guid;

/// How much was proven about a recovery password. Each level includes the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ProofLevel {
    /// The drive lists the Key ID, but these digits did not open it.
    DoesNotOpen,
    /// The drive lists the Key ID. This is a hint, not a proof.
    KeyIdFits,
    /// The password decrypted the volume's master key.
    OpensVolume,
    /// The master key decrypted the volume key, which encrypts the sectors.
    OpensData,
    /// The metadata is as Windows wrote it.
    MetadataIntact,
    /// The first sector was decrypted and is that of a file system.
    FirstSector,
}

/// A proof, kept with its record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Proof {
    /// When the password was tried.
    #[serde(rename = "provedDateTime")]
    pub at: DateTime<Utc>,
    /// The level that was reached.
    pub level: ProofLevel,
    /// The volume's own GUID.
    pub volume: Guid,
}

impl ProofLevel {
    /// All levels, the weakest first.
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

    /// Whether the password opened something. Only these levels may be called "proven".
    #[must_use]
    pub fn is_proof(self) -> bool {
        self >= Self::OpensVolume
    }
}
