//! Why a drive cannot be read, in words.

use super::exit::Exit;
use super::failure::Failure;
use super::volume_words::place_words;
use drivekey_drives::DriveError;
use drivekey_flows::volumes::{Part, Place, TargetError, TargetFailure, TargetName};
use drivekey_fve::{Container, FveError};

/// How the right to read drives is got.
pub(super) const MORE_RIGHTS: &str = if cfg!(windows) {
    "open the terminal with 'Run as administrator' and start the command there again"
} else {
    "run it as administrator, with your own vault: 'sudo drivekey --vault FILE …'"
};

impl From<TargetFailure> for Failure {
    fn from(failure: TargetFailure) -> Self {
        target_failure(&failure)
    }
}

/// The sentence, the hint and the exit code.
pub(super) fn target_failure(failure: &TargetFailure) -> Failure {
    let place = place_words(&failure.place);
    let (exit, sentence, hint) = match failure.error {
        TargetError::NoRemains => {
            return Failure::new(
                Exit::Failed,
                format!("nothing of a BitLocker volume was found in the first 64 MiB of {place} and of its partitions"),
                "it may have been another drive, or too much was written over it",
            );
        }
        TargetError::Drive(error) => drive_words(error),
        TargetError::Fve(error) => volume_words(error, is_windows_drive(&failure.place)),
    };
    Failure::new(exit, format!("{place} {sentence}"), hint)
}

/// `E:`, `E:\` or `\\.\…`: names of drives themselves, no files.
fn is_windows_drive(place: &Place) -> bool {
    let (TargetName::Drive(path), Part::Whole) = (&place.target, place.part) else { return false };
    let name = path.to_string_lossy();
    let letter = matches!(name.as_bytes(), [letter, b':'] | [letter, b':', b'\\'] if letter.is_ascii_alphabetic());
    cfg!(windows) && (letter || name.starts_with(r"\\.\"))
}

fn drive_words(error: DriveError) -> (Exit, String, &'static str) {
    let (sentence, hint) = match error {
        DriveError::NotFound => {
            ("is not there".to_owned(), "check the name; 'drivekey identify' lists what is attached")
        }
        DriveError::PermissionDenied => ("may not be read by you as you are".to_owned(), MORE_RIGHTS),
        DriveError::NotADrive => (
            "is neither a drive nor an image file".to_owned(),
            "name the drive itself, such as E: or /dev/sdb1, or an image file",
        ),
        DriveError::NoMedium => ("has nothing in it".to_owned(), "put the card or disk in"),
        DriveError::Locked => (
            "is locked, and Windows gives nothing of it".to_owned(),
            "name the disk that it is on, such as PhysicalDrive1; Windows' Disk Management numbers the disks",
        ),
        DriveError::Busy => ("is held by another program".to_owned(), "close that program and try again"),
        DriveError::Io(kind) => (format!("cannot be read: {kind}"), "check the cable and the drive"),
    };
    (Exit::Failed, sentence, hint)
}

/// `device`: a drive of Windows itself, where an unlocked volume shows nothing of its metadata.
fn volume_words(error: FveError, device: bool) -> (Exit, String, &'static str) {
    match error {
        FveError::NotBitLocker if device => (
            Exit::Failed,
            "is no BitLocker volume, or it is unlocked: then Windows hides what could be read".to_owned(),
            "lock the drive first ('manage-bde -lock E:'); if it was formatted, 'drivekey identify --remains E:' \
             looks for what is left",
        ),
        FveError::NotBitLocker => (
            Exit::Failed,
            "is no BitLocker volume, and has none on it".to_owned(),
            "check the name ('drivekey identify' lists what is attached); if it was formatted, 'drivekey identify \
             --remains DRIVE' looks for what is left",
        ),
        FveError::Cut { bytes } => (
            Exit::Damaged,
            format!("is the beginning of a BitLocker volume, cut off after {bytes} bytes"),
            "the whole drive, or a whole image of it, is needed",
        ),
        FveError::Container(kind) => {
            let (name, hint) = container(kind);
            (Exit::Failed, format!("is {name}, in which drives cannot be found"), hint)
        }
        FveError::NoMetadata { .. } => (
            Exit::Damaged,
            "is a BitLocker volume, but of its three descriptions of itself none can be read".to_owned(),
            "change nothing on the drive; a drive header that was saved earlier still proves keys",
        ),
        FveError::Read(kind) => (Exit::Failed, format!("cannot be read: {kind}"), "check the cable and the drive"),
    }
}

const fn container(kind: Container) -> (&'static str, &'static str) {
    const CONVERT: &str = "turn it into a raw image first: 'qemu-img convert -O raw FILE raw.img'";
    match kind {
        Container::Vhdx => ("an image of the kind VHDX", CONVERT),
        Container::DynamicVhd => ("an image of the kind VHD (growing)", CONVERT),
        Container::Ewf => {
            ("an image of the kind EnCase", "turn it into a raw image first: 'ewfexport -f raw -t image FILE'")
        }
        Container::Vmdk => ("an image of the kind VMDK", CONVERT),
        Container::Qcow => ("an image of the kind QCOW", CONVERT),
        Container::Vdi => ("an image of the kind VDI", CONVERT),
        Container::Packed => ("a packed file", "unpack it first"),
    }
}
