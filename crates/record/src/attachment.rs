//! The kinds of attachments that are kept beside recovery passwords: keys in other forms, and parts of a drive.

use serde::{Deserialize, Serialize};

/// The kinds of attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AttachmentKind {
    /// A BitLocker external or startup key, the `.BEK` file.
    ExternalKey,
    /// A key package: the part of a drive's metadata by which a damaged drive is repaired.
    KeyPackage,
    /// A drive's saved header: boot sector, one metadata block, the relocated header's first sector.
    DriveHeader,
}

impl AttachmentKind {
    /// The words a person reads.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::ExternalKey => "startup key",
            Self::KeyPackage => "key package",
            Self::DriveHeader => "drive header",
        }
    }
}
