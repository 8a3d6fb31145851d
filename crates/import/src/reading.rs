//! What came of reading one file.

use zeroize::Zeroizing;

use super::{Place, Remark, RemarkKind};
use drivekey_record::{
    AttachmentKind, Created, Details, Guid, KeyId, LineText, RecoveryPassword, SecretText, SourceKind, VolumeType,
};

/// A recovery password that passed its check, with all that the file says of it.
#[derive(Debug)]
pub struct Candidate {
    /// The digits.
    pub password: RecoveryPassword,
    /// The Key ID, as far as the file settles it.
    pub key_id: KeyId,
    /// The Key IDs it may be where the file does not settle it.
    pub key_id_candidates: Vec<Guid>,
    /// The computer's name.
    pub device_name: Option<LineText>,
    /// The drive letter, such as `C:`.
    pub mount_point: Option<LineText>,
    /// The volume's label.
    pub volume_label: Option<LineText>,
    /// What the volume is for; unknown unless the file says it.
    pub volume_type: VolumeType,
    /// When the key was made, where the file says it.
    pub created: Option<Created>,
    /// What kind of source it came from.
    pub source: SourceKind,
    /// The device's id in Entra.
    pub device_id: Option<LineText>,
    /// What the source calls the entry, or a remark of its owner.
    pub note: Option<LineText>,
    /// Where in the file it stood.
    pub place: Place,
    /// The file inside an archive or a mail in which it stood, outermost first, joined by `/`.
    pub inside: Option<LineText>,
    /// All that a file of our own says of it, tags and state included; `None` for other files.
    pub told: Option<Box<Details>>,
}

/// A key of a later version's kind, with all that a file of our own says of it.
#[derive(Debug)]
pub struct OtherKey {
    /// The key.
    pub secret: SecretText,
    /// What it is and what it is for.
    pub details: Details,
    /// What kind of source it came from.
    pub source: SourceKind,
    /// The file inside an archive or a mail in which it stood.
    pub inside: Option<LineText>,
}

/// A file that belongs to a drive and is no recovery password: kept whole, under the GUID it carries.
pub struct Attachment {
    /// What it is.
    pub kind: AttachmentKind,
    /// The key protector it belongs to.
    pub guid: Guid,
    /// Its bytes, as they were.
    pub bytes: Zeroizing<Vec<u8>>,
    /// When it was made, where it says so.
    pub created: Option<Created>,
    /// The computer's name.
    pub device_name: Option<LineText>,
    /// The file inside an archive or a mail in which it stood.
    pub inside: Option<LineText>,
}

impl std::fmt::Debug for Attachment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attachment").field("kind", &self.kind).field("guid", &self.guid).finish_non_exhaustive()
    }
}

/// How an import ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Taken in, nothing to remark.
    Ok,
    /// Taken in, with remarks.
    Warn,
    /// A Key ID or its beginning, but no usable password.
    Partial,
    /// Nothing to take in.
    Error,
}

/// All that came of one file.
#[derive(Debug, Default)]
pub struct Reading {
    /// The passwords that can be kept, in the order of the text.
    pub records: Vec<Candidate>,
    /// Warnings and refusals.
    pub remarks: Vec<Remark>,
    /// Key IDs whose password is missing or unusable: words to search by, never records.
    pub partial: Vec<KeyId>,
    /// Keys of kinds that this version does not know.
    pub other_keys: Vec<OtherKey>,
    /// Keys in other forms than digits, and key packages.
    pub attachments: Vec<Attachment>,
    /// Whether a key package stands in it in a form, or without the Key ID, in which it is not taken in.
    pub package_left: bool,
    /// The names of the members that remarks are about, with their folders.
    pub members: Vec<LineText>,
    /// The kind of source the file is; `None` where nothing in it has to do with recovery keys.
    pub source: Option<SourceKind>,
}

impl Reading {
    /// How it ended.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        if self.keys() > 0 {
            return if self.remarks.is_empty() { Outcome::Ok } else { Outcome::Warn };
        }
        let cut_short = matches!(
            self.refusal(),
            Some(
                RemarkKind::PasswordTruncated
                    | RemarkKind::NoPasswordInFile
                    | RemarkKind::ExternalKeyNotRecoveryPassword
                    | RemarkKind::KeyPackageNotRecoveryPassword
            )
        );
        if cut_short && !self.partial.is_empty() { Outcome::Partial } else { Outcome::Error }
    }

    /// How many keys there are, of any kind.
    #[must_use]
    pub const fn keys(&self) -> usize {
        self.records.len() + self.other_keys.len()
    }

    /// Whether anything in it can be kept.
    #[must_use]
    pub const fn holds_anything(&self) -> bool {
        self.keys() > 0 || !self.attachments.is_empty()
    }

    /// Whether keys of other kinds were left: what is like a recovery key in the file may be one of them.
    pub(super) fn names_other_kinds(&self) -> bool {
        self.remarks.iter().any(|remark| matches!(remark.kind, RemarkKind::OtherKind { .. }))
    }

    /// Whether anything in the file has to do with recovery keys. Files without, met while walking a folder, are
    /// counted; files with a trace but no record are worth a report.
    #[must_use]
    pub const fn has_trace(&self) -> bool {
        self.source.is_some()
    }

    /// Whether nothing that was read is to be told.
    pub(super) fn is_silent(&self) -> bool {
        self.source.is_none() && !self.remarks.iter().any(|remark| remark.kind.is_of_structure())
    }

    /// The first refusal: the reason to give where nothing was taken in.
    #[must_use]
    pub fn refusal(&self) -> Option<RemarkKind> {
        self.remarks.iter().map(|remark| remark.kind).find(RemarkKind::is_refusal)
    }
}
