//! The remarks of an import in words. They name places, never digits.

use drivekey_flows::gather::GatherError;
use drivekey_import::{ForeignKey, RemarkKind, Unread};

/// Why nothing was taken from a file.
pub(super) fn refusal_words(kind: &RemarkKind) -> String {
    match kind {
        RemarkKind::GroupNotDivisibleBy11 { group } => {
            format!(
                "group {group} of the key has a wrong digit, or two that are exchanged; compare it with the \
                     original"
            )
        }
        RemarkKind::GroupOutOfRange { group } => {
            format!("group {group} of the key is larger than any group can be; compare it with the original")
        }
        RemarkKind::WrongGroupLength { group } => {
            format!("group {group} of the key does not have six digits; compare it with the original")
        }
        RemarkKind::GroupNotDigits { group } => format!(
            "group {group} of the key holds letters; compare it with the \
                                                         original"
        ),
        RemarkKind::WrongGroupCount { found } => format!(
            "the key has {found} groups instead of 8; compare it with \
                                                          the original"
        ),
        RemarkKind::PasswordMasked { group } => format!(
            "group {group} of the key is hidden behind other signs; get \
                                                         it from its source"
        ),
        RemarkKind::PasswordTruncated => "the key is cut off; look for another copy of this file".to_owned(),
        RemarkKind::NoPasswordInFile => "there is no recovery key in it".to_owned(),
        RemarkKind::PasswordLostInNumberFormat => {
            "a spreadsheet turned the key into a number and most digits are lost; export it again with the column as \
             text"
                .to_owned()
        }
        RemarkKind::ServiceErrorDocument => {
            "it is a service's refusal, saved in place of keys; ask again with an account that may read recovery keys"
                .to_owned()
        }
        RemarkKind::ExternalKeyNotRecoveryPassword => {
            "it is a startup key, a file in place of 48 digits; it opens its drive from a stick, it cannot be typed"
                .to_owned()
        }
        RemarkKind::KeyPackageNotRecoveryPassword => {
            "it is a key package: together with the recovery key, 'repair-bde' saves a damaged drive with it".to_owned()
        }
        RemarkKind::Encrypted => {
            "what is inside is encrypted; open it, and save or export it without a password".to_owned()
        }
        RemarkKind::SealedBundle => {
            "it is encrypted with age; give what opens it with --bundle-passphrase-file FILE or --identity FILE"
                .to_owned()
        }
        RemarkKind::BeyondCeiling => {
            "it is packed too deep, too large or in a way that is not read; unpack it and import the folder".to_owned()
        }
        RemarkKind::OtherKind { kind: Some(kind) } => format!(
            "it has a key of the kind {kind}, which is taken only from a bundle, or from an export that nobody changed"
        ),
        RemarkKind::OtherKind { kind: None } => {
            "it has a key of which it does not say the kind: it was cut off or changed; look for another copy"
                .to_owned()
        }
        RemarkKind::NotSeen => {
            "it could not be looked into: drawing it took too much memory or time, or broke down; if you trust it, \
             open it and look yourself"
                .to_owned()
        }
        RemarkKind::OtherKindOfKey { kind } => foreign_words(*kind).to_owned(),
        RemarkKind::NotLookedInto { what } => format!("it could not be looked into: {}", unread_words(*what)),
        RemarkKind::NoScanReader => {
            "it was not looked into: this drivekey was built without the reading of pictures and PDFs; use the full \
             program"
                .to_owned()
        }
        RemarkKind::EmptyFile => "it is empty, or holds nothing but zeros; look for another copy".to_owned(),
        other => remark_words(other),
    }
}

/// Something to know of a file that was read.
pub(super) fn remark_words(kind: &RemarkKind) -> String {
    match kind {
        RemarkKind::OddLengthUtf16 => "the file has a byte too many or too few; the key in it is whole".to_owned(),
        RemarkKind::DigitsFolded => "digits of another script were read as 0 to 9".to_owned(),
        RemarkKind::RejoinedLines => "a key that was broken into parts was joined".to_owned(),
        RemarkKind::AmbiguousPairing => {
            "more than one Key ID stands near the key; compare the Key ID with 'drivekey show' before you rely on it"
                .to_owned()
        }
        RemarkKind::KeyIdNotLabelled => {
            "an ID stands near the key, and nothing says that it is its Key ID; if it is, 'drivekey edit' adds it"
                .to_owned()
        }
        RemarkKind::MadeUpKey => "the key is of the kind that manuals make up; it opens no drive".to_owned(),
        RemarkKind::KeyIdPrefixOnly => "only the beginning of the Key ID is known".to_owned(),
        RemarkKind::NoKeyId => "the Key ID is not known; 'drivekey edit' adds it".to_owned(),
        RemarkKind::DuplicateRecord => "the same key stands in it more than once".to_owned(),
        RemarkKind::ConflictingPasswords => "one Key ID stands there with different keys; all are kept".to_owned(),
        RemarkKind::ConflictingKeyIds => "one key stands there under different Key IDs; all are kept".to_owned(),
        RemarkKind::WeakPassword => "the same group stands there eight times; Windows makes no such key".to_owned(),
        RemarkKind::OcrSubstitution => "letters were read as the digits they look like".to_owned(),
        RemarkKind::ConfirmWithUser => "compare the key with its original before you rely on it".to_owned(),
        RemarkKind::FilenameKeyIdMismatch => {
            "the Key ID in the file's name is another than in its text; the text's was taken".to_owned()
        }
        RemarkKind::GroupZeroPadded => "zeros that a spreadsheet had dropped before a group were put back".to_owned(),
        RemarkKind::MorePages => "the list goes on on further pages; fetch those as well".to_owned(),
        RemarkKind::BrokenStructure => "its structure is broken; what could be read was read".to_owned(),
        refusal => refusal_words(refusal),
    }
}

/// Whose key it is in truth.
const fn foreign_words(kind: ForeignKey) -> &'static str {
    match kind {
        ForeignKey::FileVault => {
            "the key in it is FileVault's, which opens the drive of a Mac; BitLocker's has 48 digits"
        }
        ForeignKey::AppleAccount => {
            "the key in it is an Apple Account's, which opens an account and no drive; BitLocker's has 48 digits"
        }
        ForeignKey::Systemd => "the key in it is of systemd, for a drive of Linux; BitLocker's has 48 digits",
        ForeignKey::Snapd => {
            "the key in it is of Ubuntu, for a drive of Linux: eight groups of five digits; BitLocker's have six"
        }
    }
}

/// What a file is that nobody looked into, and what to do.
const fn unread_words(what: Unread) -> &'static str {
    match what {
        Unread::Picture => "it is a picture; if a key is on it, type it with 'drivekey add'",
        Unread::PicturePages => "its pages are pictures; if a key is on them, type it with 'drivekey add'",
        Unread::SevenZip => "it is an archive of 7-Zip; unpack it and import the folder",
        Unread::Rar => "it is a RAR archive; unpack it and import the folder",
        Unread::Xz => "it is packed by xz; unpack it and import what comes out",
        Unread::Bzip2 => "it is packed by bzip2; unpack it and import what comes out",
        Unread::Zstandard => "it is packed by Zstandard; unpack it and import what comes out",
        Unread::Cabinet => "it is a cabinet; unpack it and import the folder",
        Unread::ZipMethod => "it is packed by a rare method; unpack the archive and import the folder",
        Unread::Winmail => {
            "it is Outlook's winmail.dat; open the mail in Outlook, or unpack it with 'tnef', and import what comes out"
        }
        Unread::OutlookStore => "it is Outlook's store of mails; save the mails as files and import those",
        Unread::OneNote => "it is a notebook of OneNote; export its pages as PDF and import those",
        Unread::Database => "it is a database; export the table as CSV and import that",
        Unread::Registry => "it is a part of Windows' registry; BitLocker keeps no recovery keys there",
        Unread::ForensicImage => "it is an AD1 image of files; export the files with FTK Imager and import the folder",
        Unread::Partclone => {
            "it is an image by partclone; make a raw image of it: 'partclone.restore -C -s IMAGE -o disk.img'"
        }
        Unread::WindowsImage => "it is an image of Windows; unpack it and import the folder",
        Unread::BinaryRecords => "it holds records in a binary form; export them as text and import that",
    }
}

/// A kind of file that nobody looked into, one and many.
pub(super) const fn unread_names(what: Unread) -> (&'static str, &'static str) {
    match what {
        Unread::Picture => ("picture", "pictures"),
        Unread::PicturePages => ("PDF of pictures", "PDFs of pictures"),
        Unread::SevenZip => ("archive of 7-Zip", "archives of 7-Zip"),
        Unread::Rar => ("RAR archive", "RAR archives"),
        Unread::Xz => ("file packed by xz", "files packed by xz"),
        Unread::Bzip2 => ("file packed by bzip2", "files packed by bzip2"),
        Unread::Zstandard => ("file packed by Zstandard", "files packed by Zstandard"),
        Unread::Cabinet => ("cabinet", "cabinets"),
        Unread::ZipMethod => ("archive packed by a rare method", "archives packed by a rare method"),
        Unread::Winmail => ("winmail.dat", "winmail.dat"),
        Unread::OutlookStore => ("Outlook store", "Outlook stores"),
        Unread::OneNote => ("OneNote notebook", "OneNote notebooks"),
        Unread::Database => ("database", "databases"),
        Unread::Registry => ("part of a registry", "parts of a registry"),
        Unread::ForensicImage => ("AD1 image", "AD1 images"),
        Unread::Partclone => ("partclone image", "partclone images"),
        Unread::WindowsImage => ("image of Windows", "images of Windows"),
        Unread::BinaryRecords => ("file of binary records", "files of binary records"),
    }
}

/// Why a file could not be read at all.
pub(super) fn gather_words(error: &GatherError) -> String {
    match error {
        GatherError::Absent { .. } => "there is no such file or folder; check the path".to_owned(),
        GatherError::TooLarge { size_bytes, .. } => {
            format!("it is too large for a key file ({} MiB); name a smaller one", size_bytes / (1024 * 1024))
        }
        GatherError::OpenVault { .. } => "it is the vault itself, and sealed".to_owned(),
        GatherError::NotAFile { .. } => "it is no ordinary file or folder".to_owned(),
        GatherError::Unreadable { source, .. } if source.kind() == std::io::ErrorKind::PermissionDenied => {
            "it may not be read; check its permissions".to_owned()
        }
        GatherError::Unreadable { source, .. } => format!("it cannot be read ({}); check the disk", source.kind()),
    }
}
