//! The kinds of attachment that are kept beside recovery passwords: keys in other forms, and parts of a drive.

use super::word::{Word, serde_by_name};

/// The kinds of attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AttachmentKind {
    /// A BitLocker external or startup key, the `.BEK` file.
    ExternalKey,
    /// A key package: the part of a drive's metadata that is used to repair a damaged drive.
    KeyPackage,
    /// A drive's saved header: the boot sector, one metadata block and the first sector of the relocated header.
    DriveHeader,
    /// A kind that a later version defines.
    Other(Word),
}

impl AttachmentKind {
    /// The kinds that this version knows.
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

    /// The words that users see.
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
