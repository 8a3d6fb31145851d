//! A BitLocker volume in words. Never shows digits.

use std::io::{self, Write};

use super::outlet::printable;
use drivekey_flows::drive_says::{self, DriveWarning};
use drivekey_flows::fits::{Fits, KEY_IDS_MAX};
use drivekey_flows::volumes::{DriveName, Part, Place, Placed, TargetName};
use drivekey_fve::{Cipher, ProtectorKind, State, Volume, Warning};
use drivekey_record::LineText;
use drivekey_vault::Entry;

/// The note of a record whose drive could not be believed.
pub(super) fn unconfirmed_note() -> Option<LineText> {
    const NOTE: &str =
        "read from a drive whose description of itself could not be confirmed: its Key ID and computer may be wrong";
    NOTE.parse().ok()
}

/// Everything a volume says of itself, and which records fit.
pub(super) fn show(out: &mut dyn Write, placed: &Placed<'_>, fits: Option<&Fits>) -> io::Result<()> {
    let volume = placed.volume;
    let description = volume.description.as_ref();
    let label = description.and_then(|description| description.label.as_ref().map(ToString::to_string));
    let letter = description.and_then(|description| description.drive_letter.map(|letter| format!("{letter}:")));
    let mut opens: Vec<&str> = Vec::new();
    for protector in volume.all_copies().flat_map(|copy| &copy.protectors) {
        let words = protector_words(protector.kind);
        if !opens.contains(&words) {
            opens.push(words);
        }
    }
    let lines = [
        ("Drive", Some(place_words(&placed.place))),
        ("Computer", description.and_then(|description| description.computer.as_ref().map(ToString::to_string))),
        ("Label", label),
        ("Letter", letter),
        ("Encrypted", volume.created.map(|time| time.format("%Y-%m-%d").to_string())),
        ("Cipher", Some(cipher_words(volume.cipher).to_owned())),
        ("State", Some(state_words(volume))),
        ("Opens by", (!opens.is_empty()).then(|| opens.join(", "))),
    ];
    for (name, value) in lines {
        if let Some(value) = value {
            writeln!(out, "{name:<9} {value}")?;
        }
    }
    let key_ids = volume.recovery_key_ids();
    for guid in key_ids.iter().take(KEY_IDS_MAX) {
        let held = fits.map(|fits| held_words(&fits.for_key_id(*guid).collect::<Vec<_>>()));
        let held = held.map(|words| format!("  {words}")).unwrap_or_default();
        let is_used = volume.of_kind(ProtectorKind::RecoveryPassword).any(|protector| protector.guid == *guid);
        let from = if is_used { "" } else { "  (in another copy of the drive's list)" };
        writeln!(out, "Key ID    {guid}{held}{from}")?;
    }
    let more = key_ids.len().saturating_sub(KEY_IDS_MAX);
    if more > 0 {
        writeln!(out, "          and {more} more, which were not looked up")?;
    }
    let names =
        |entries: &[Entry]| entries.iter().take(5).map(|entry| entry.handle.to_string()).collect::<Vec<_>>().join(", ");
    match fits {
        Some(fits) if !fits.proved.is_empty() => {
            writeln!(out, "Proved    {} opened this drive earlier", names(&fits.proved))?;
        }
        Some(fits) if !fits.nearest.is_empty() => {
            writeln!(out, "Nearest   {} (same computer, another Key ID)", names(&fits.nearest))?;
        }
        _ => {}
    }
    Ok(())
}

/// `in the vault: r1`
fn held_words(entries: &[&Entry]) -> String {
    let name = |entry: &&Entry| match entry.details.removed {
        Some(_) => format!("{} (in the trash)", entry.handle),
        None => entry.handle.to_string(),
    };
    let names: Vec<String> = entries.iter().map(name).collect();
    if names.is_empty() { "not in the vault".to_owned() } else { format!("in the vault: {}", names.join(", ")) }
}

/// `/dev/sdb, partition 2`
pub(super) fn place_words(place: &Place) -> String {
    let target = target_words(&place.target);
    let part = match place.part {
        Part::Whole => target,
        Part::Partition(number) => format!("{target}, partition {number}"),
        Part::Lost { start } => format!("{target}, lost partition at byte {start}"),
    };
    if place.is_remains { format!("{part} (remains)") } else { part }
}

/// What was named.
pub(super) fn target_words(target: &TargetName) -> String {
    match target {
        TargetName::Drive(path) => printable(path),
        TargetName::Header(number) => format!("the drive header a{number}"),
    }
}

/// Its computer, and its label or letter; `None` for one that names neither.
pub(super) fn called(name: &DriveName) -> Option<String> {
    let letter = name.letter.map(|letter| format!("{letter}:"));
    let drive = name.label.as_ref().map(LineText::to_string).or(letter);
    match (&name.computer, drive) {
        (Some(computer), Some(drive)) => Some(format!("{computer} {drive}")),
        (Some(computer), None) => Some(computer.to_string()),
        (None, drive) => drive,
    }
}

/// `/dev/sdb (PC-ANNA Data)`
pub(super) fn drive_words(name: &DriveName) -> String {
    let place = place_words(&name.place);
    called(name).map_or_else(|| place.clone(), |called| format!("{place} ({called})"))
}

/// What is odd about it, a sentence each without an end mark.
pub(super) fn warnings(volume: &Volume) -> Vec<String> {
    drive_says::warnings(volume).into_iter().map(warning_words).collect()
}

pub(super) fn warning_words(warning: DriveWarning) -> String {
    match warning {
        DriveWarning::Read(warning) => read_words(warning),
        DriveWarning::DamagedCopies(damaged) => {
            format!("of the drive's three descriptions of itself {damaged} cannot be used; the drive may be failing")
        }
        DriveWarning::Suspended => {
            "protection of this drive is SUSPENDED: whoever has it can read everything on it without any key. Switch \
             it on again in Windows, in 'Manage BitLocker'"
                .to_owned()
        }
        DriveWarning::Altered => {
            "somebody CHANGED what this drive says of itself: do not believe its computer, label and Key IDs".to_owned()
        }
    }
}

fn read_words(warning: Warning) -> String {
    match warning {
        Warning::NoValidCopy => {
            "none of the drive's descriptions of itself is undamaged: what it says may be wrong".to_owned()
        }
        Warning::ListEndsEarly => "the drive's list of keys is damaged: some may be missing".to_owned(),
        Warning::UnreadableProtector => "an entry in the drive's list of keys cannot be read".to_owned(),
        Warning::CopiesDiffer => {
            "the drive's three descriptions of itself say different things: one is old, or somebody changed it"
                .to_owned()
        }
        Warning::BootSectorLost => {
            "the drive's first sector is no longer BitLocker's: the drive was formatted, or damaged. Write nothing to \
             it; with the key, 'repair-bde' of Windows reads what is left"
                .to_owned()
        }
        Warning::WrongPlaces => {
            "the drive's first sector leads to other places: this was found by searching, and may be older than what \
             is on the drive now"
                .to_owned()
        }
        Warning::Version(version) => format!(
            "the drive describes itself in a way that is not known (version \
                                              {version})"
        ),
    }
}

/// As Windows calls it.
const fn cipher_words(cipher: Cipher) -> &'static str {
    match cipher {
        Cipher::None => "none",
        Cipher::AesCbc128Diffuser => "AES 128 with diffuser",
        Cipher::AesCbc256Diffuser => "AES 256 with diffuser",
        Cipher::AesCbc128 => "AES 128",
        Cipher::AesCbc256 => "AES 256",
        Cipher::AesXts128 => "XTS-AES 128",
        Cipher::AesXts256 => "XTS-AES 256",
        Cipher::Unknown(_) => "not known to this program",
    }
}

fn state_words(volume: &Volume) -> String {
    let to_decrypted = volume.next_state == State::Decrypted;
    let towards = if to_decrypted { "decrypted" } else { "encrypted" };
    let state = match volume.state {
        State::Decrypted => return "not encrypted any more".to_owned(),
        State::Encrypted => "encrypted".to_owned(),
        State::Converting => format!("being {towards}"),
        State::ConvertingDirty => format!("being {towards}, interrupted"),
        State::Paused => format!("half {towards}, paused"),
        State::Unknown(code) => format!("not known to this program ({code})"),
    };
    // What is being decrypted has an open key in any case.
    let is_going = to_decrypted && matches!(volume.state, State::Converting | State::ConvertingDirty | State::Paused);
    if volume.is_suspended() && !is_going { format!("{state}, protection suspended") } else { state }
}

const fn protector_words(kind: ProtectorKind) -> &'static str {
    match kind {
        ProtectorKind::ClearKey => "no key at all",
        ProtectorKind::Tpm => "its computer",
        ProtectorKind::StartupKey => "startup key file",
        ProtectorKind::TpmStartupKey => "its computer with a startup key file",
        ProtectorKind::TpmPin => "its computer with a PIN",
        ProtectorKind::TpmPinStartupKey => "its computer with a PIN and a startup key file",
        ProtectorKind::RecoveryPassword => "recovery key",
        ProtectorKind::PublicKey => "smart card or certificate",
        ProtectorKind::Password => "password",
        ProtectorKind::Unknown => "something newer",
    }
}
