//! The kinds of attachments that are kept beside recovery passwords: keys in other forms, and parts of a drive.

use super::word::{Word, serde_by_name};

/// The kinds of attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AttachmentKind {
    /// A BitLocker external or startup key, the `.BEK` file.
    ExternalKey,
    /// A key package: the part of a drive's metadata by which a damaged drive is repaired.
    KeyPackage,
    /// A drive's saved header: boot sector, one metadata block, the relocated header's first sector.
    DriveHeader,
    /// A kind of a later version.
    Other(Word),
}

impl AttachmentKind {
    /// Those that this version knows.
    pub const KNOWN: [Self; 3] = [Self::ExternalKey, Self::KeyPackage, Self::DriveHeader];

    /// The name in JSON.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::ExternalKey => "externalKey",
            Self::KeyPackage => "keyPackage",
            Self::DriveHeader => "driveHeader",
            Self::Other(name) => name.as_str(),
        }
    }

    /// The words a person reads.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::ExternalKey => "startup key",
            Self::KeyPackage => "key package",
            Self::DriveHeader => "drive header",
            Self::Other(name) => name.as_str(),
        }
    }
}

serde_by_name!(AttachmentKind);
