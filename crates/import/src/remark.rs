//! What an import has to say about a file: warnings and refusals, as data. None holds a digit of a
//! password.

use crate::foreign::ForeignKey;
use drivekey_extract::Unread;
use drivekey_record::{PasswordError, PasswordProblem, Word};

/// One remark, and what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remark {
    /// What it says.
    pub kind: RemarkKind,
    /// The place in the file; `None` where the whole file is meant.
    pub place: Option<Place>,
    /// Which of [`Reading::members`](super::Reading::members) it is about; `None` for the file itself.
    pub member: Option<usize>,
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A line of a text, from 1.
    Line(usize),
    /// A row, object or entry of a structured file, from 1.
    Record(usize),
}

/// The kinds of remarks. Groups count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RemarkKind {
    /// UTF-16 with a byte too many or too few.
    OddLengthUtf16,
    /// Digits of another script were read as ASCII digits.
    DigitsFolded,
    /// A value that was broken over several lines was joined.
    RejoinedLines,
    /// More than one Key ID may belong to the password.
    AmbiguousPairing,
    /// A GUID stands near the password, and nothing says that it is its Key ID.
    KeyIdNotLabelled,
    /// Only the beginning of the Key ID is known.
    KeyIdPrefixOnly,
    /// No Key ID was found.
    NoKeyId,
    /// The same record stood in the file more than once; it is kept once.
    DuplicateRecord,
    /// One Key ID with different passwords; all are kept.
    ConflictingPasswords,
    /// One password under different Key IDs; all are kept.
    ConflictingKeyIds,
    /// Formally valid, yet nothing Windows would make.
    WeakPassword,
    /// Letters were read as the digits they look like.
    OcrSubstitution,
    /// A person must compare the reading with the original.
    ConfirmWithUser,
    /// The Key ID in the file's name is not the one in its text; the text's was taken.
    FilenameKeyIdMismatch,
    /// A group is not divisible by 11.
    GroupNotDivisibleBy11 {
        /// The group.
        group: usize,
    },
    /// A group is 720896 or more.
    GroupOutOfRange {
        /// The group.
        group: usize,
    },
    /// A group does not have six digits.
    WrongGroupLength {
        /// The group.
        group: usize,
    },
    /// A group holds letters that are not look-alikes of digits.
    GroupNotDigits {
        /// The group.
        group: usize,
    },
    /// Not eight groups.
    WrongGroupCount {
        /// How many there are.
        found: usize,
    },
    /// Digits were replaced by signs that hide them.
    PasswordMasked {
        /// The first group that is hidden.
        group: usize,
    },
    /// The password is cut off.
    PasswordTruncated,
    /// No password stands in the file.
    NoPasswordInFile,
    /// Nothing stands in the file, or only zero bytes.
    EmptyFile,
    /// A spreadsheet turned the digits into a number and lost most of them.
    PasswordLostInNumberFormat,
    /// Leading zeros that a spreadsheet dropped were put back.
    GroupZeroPadded,
    /// The answer of a service that refused, saved in place of data.
    ServiceErrorDocument,
    /// The list goes on on a further page that is not in the file.
    MorePages,
    /// A key in another form than digits: it can be kept and given out, not typed.
    ExternalKeyNotRecoveryPassword,
    /// A part of a drive's metadata, for repairing a damaged drive with its recovery password.
    KeyPackageNotRecoveryPassword,
    /// A key, but of a kind that opens no drive of `BitLocker`'s.
    OtherKindOfKey {
        /// Which.
        kind: ForeignKey,
    },
    /// The password passes its check, and is of the kind that manuals make up.
    MadeUpKey,
    /// Nobody looked into it: it is of a kind that is not read.
    NotLookedInto {
        /// Which.
        what: Unread,
    },
    /// What is inside is encrypted: it must be opened or exported without a password first.
    Encrypted,
    /// A bundle, or another file encrypted with age, and nothing that was given opens it.
    SealedBundle,
    /// Nested too deep, or too large when unpacked: not read.
    BeyondCeiling,
    /// The structure is broken; what could be read was read.
    BrokenStructure,
    /// A key of another kind than BitLocker's, in a form in which it is not read.
    OtherKind {
        /// The kind; `None` where what is named is no name of one.
        kind: Option<Word>,
    },
    /// A picture or a printed document over which the reader came to an end: what is on it nobody looked at.
    NotSeen,
    /// A picture or a printed document in a build without a reader of them: nobody looked at it.
    NoScanReader,
}

impl From<PasswordError> for RemarkKind {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Group { group, problem: PasswordProblem::OutOfRange } => Self::GroupOutOfRange { group },
            PasswordError::Group { group, problem: PasswordProblem::NotDivisibleBy11 } => {
                Self::GroupNotDivisibleBy11 { group }
            }
            PasswordError::Group { group, problem: PasswordProblem::Length { .. } } => Self::WrongGroupLength { group },
            PasswordError::Group { group, problem: PasswordProblem::NotADigit } => Self::GroupNotDigits { group },
            PasswordError::GroupCount { found } => Self::WrongGroupCount { found },
        }
    }
}

impl RemarkKind {
    /// The fixed name of this kind, for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OddLengthUtf16 => "odd_length_utf16",
            Self::DigitsFolded => "digits_folded",
            Self::RejoinedLines => "rejoined_lines",
            Self::AmbiguousPairing => "ambiguous_pairing",
            Self::KeyIdNotLabelled => "key_id_not_labelled",
            Self::KeyIdPrefixOnly => "key_id_prefix_only",
            Self::NoKeyId => "no_key_id",
            Self::DuplicateRecord => "duplicate_record",
            Self::ConflictingPasswords => "conflicting_passwords",
            Self::ConflictingKeyIds => "conflicting_key_ids",
            Self::WeakPassword => "weak_password",
            Self::OcrSubstitution => "ocr_substitution",
            Self::ConfirmWithUser => "confirm_with_user",
            Self::FilenameKeyIdMismatch => "filename_key_id_mismatch",
            Self::GroupNotDivisibleBy11 { .. } => "group_not_divisible_by_11",
            Self::GroupOutOfRange { .. } => "group_out_of_range",
            Self::WrongGroupLength { .. } => "wrong_group_length",
            Self::GroupNotDigits { .. } => "group_not_digits",
            Self::WrongGroupCount { .. } => "wrong_group_count",
            Self::PasswordMasked { .. } => "password_masked",
            Self::PasswordTruncated => "password_truncated",
            Self::NoPasswordInFile => "no_password_in_file",
            Self::EmptyFile => "empty_file",
            Self::PasswordLostInNumberFormat => "password_lost_in_number_format",
            Self::GroupZeroPadded => "group_zero_padded",
            Self::ServiceErrorDocument => "service_error_document",
            Self::MorePages => "more_pages",
            Self::ExternalKeyNotRecoveryPassword => "external_key_not_recovery_password",
            Self::KeyPackageNotRecoveryPassword => "key_package_not_recovery_password",
            Self::OtherKindOfKey { .. } => "other_kind_of_key",
            Self::MadeUpKey => "made_up_key",
            Self::NotLookedInto { .. } => "not_looked_into",
            Self::Encrypted => "encrypted",
            Self::SealedBundle => "sealed_bundle",
            Self::BeyondCeiling => "beyond_ceiling",
            Self::BrokenStructure => "broken_structure",
            Self::OtherKind { .. } => "other_kind",
            Self::NotSeen => "not_seen",
            Self::NoScanReader => "no_scan_reader",
        }
    }

    /// The fixed name of what it is about, for programs, where its code alone does not say it.
    #[must_use]
    pub const fn subject(&self) -> Option<&'static str> {
        match self {
            Self::OtherKindOfKey { kind } => Some(kind.word()),
            Self::NotLookedInto { what } => Some(what.word()),
            _ => None,
        }
    }

    /// Whether it is about how the file is packed, not about keys in it.
    pub(super) const fn is_of_structure(&self) -> bool {
        matches!(self, Self::Encrypted | Self::BeyondCeiling | Self::BrokenStructure | Self::NotLookedInto { .. })
    }

    /// Whether it says that something could not be taken in, rather than how it was taken in.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::GroupNotDivisibleBy11 { .. }
                | Self::GroupOutOfRange { .. }
                | Self::WrongGroupLength { .. }
                | Self::GroupNotDigits { .. }
                | Self::WrongGroupCount { .. }
                | Self::PasswordMasked { .. }
                | Self::PasswordTruncated
                | Self::NoPasswordInFile
                | Self::EmptyFile
                | Self::PasswordLostInNumberFormat
                | Self::ServiceErrorDocument
                | Self::ExternalKeyNotRecoveryPassword
                | Self::KeyPackageNotRecoveryPassword
                | Self::OtherKindOfKey { .. }
                | Self::NotLookedInto { .. }
                | Self::Encrypted
                | Self::SealedBundle
                | Self::BeyondCeiling
                | Self::OtherKind { .. }
                | Self::NotSeen
                | Self::NoScanReader
        )
    }
}

impl Remark {
    /// The fixed name of its kind, for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// A remark on one line.
    pub(super) const fn on(line: usize, kind: RemarkKind) -> Self {
        Self { kind, place: Some(Place::Line(line)), member: None }
    }

    /// A remark on one place.
    pub(super) const fn at(place: Place, kind: RemarkKind) -> Self {
        Self { kind, place: Some(place), member: None }
    }

    /// A remark on the whole file.
    #[must_use]
    pub const fn whole(kind: RemarkKind) -> Self {
        Self { kind, place: None, member: None }
    }
}
