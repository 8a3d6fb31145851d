//! What a drive says of itself and of its keys, and how far that is to be believed.

use drivekey_fve::{CopyState, Integrity, Kind, Volume, Warning};
use drivekey_record::{Created, Details, Guid, KeyId, LineText, VolumeType};

/// What is odd about a drive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriveWarning {
    /// What was met while it was read.
    Read(Warning),
    /// So many of its three descriptions of itself cannot be used.
    DamagedCopies(usize),
    /// Protection is suspended: it opens without any key.
    Suspended,
    /// Somebody changed what it says of itself. Only a key that opens it tells that.
    Altered,
}

/// What is odd about a volume, as far as it tells without a key.
#[must_use]
pub fn warnings(volume: &Volume) -> Vec<DriveWarning> {
    let mut warnings: Vec<DriveWarning> = volume.warnings.iter().copied().map(DriveWarning::Read).collect();
    let damaged = volume.copies.iter().filter(|copy| !matches!(copy.state, CopyState::Valid)).count();
    let told = [Warning::NoValidCopy, Warning::BootSectorLost, Warning::WrongPlaces];
    if damaged > 0 && !volume.warnings.iter().any(|warning| told.contains(warning)) {
        warnings.push(DriveWarning::DamagedCopies(damaged));
    }
    if volume.is_suspended() {
        warnings.push(DriveWarning::Suspended);
    }
    warnings
}

/// What a drive says of one of its recovery keys. Whoever can write to the drive can change it.
#[must_use]
pub fn details_of(volume: &Volume, guid: Guid) -> Details {
    let description = volume.description.as_ref();
    let modified =
        volume.protectors.iter().find(|protector| protector.guid == guid).and_then(|protector| protector.modified);
    let letter = description.and_then(|description| description.drive_letter);
    Details {
        key_id: KeyId::Full(guid),
        device_name: description.and_then(|description| description.computer.clone()),
        volume_type: volume_type(volume),
        mount_point: letter.and_then(|letter| format!("{letter}:").parse().ok()),
        volume_label: description.and_then(|description| description.label.clone()),
        created: modified
            .or(volume.created)
            .map(|time| Created::Zoned(chrono::SubsecRound::trunc_subsecs(time, 0).fixed_offset())),
        ..Details::default()
    }
}

/// What a person says of the keys of a drive.
#[derive(Debug, Clone, Copy, Default)]
pub struct ByPerson<'a> {
    /// What the person calls the computer.
    pub device: Option<&'a LineText>,
    /// The note to keep with a record when what the drive says of itself could not be confirmed, in the face's words.
    pub unconfirmed: Option<&'a LineText>,
}

/// The same, as far as it can be believed.
#[must_use]
pub fn believed_details(volume: &Volume, integrity: Integrity, guid: Guid, by: ByPerson<'_>) -> Details {
    let ByPerson { device, unconfirmed } = by;
    let said = details_of(volume, guid);
    if integrity == Integrity::Intact {
        return Details { device_name: device.cloned().or(said.device_name.clone()), ..said };
    }
    // Only the digits are sure; what names them may be somebody's invention.
    Details { note: unconfirmed.cloned(), device_name: device.cloned(), key_id: said.key_id, ..Details::default() }
}

/// Only a drive with Windows on it can be opened by its computer; To Go is for what can be pulled.
fn volume_type(volume: &Volume) -> VolumeType {
    /// Of a protector's code: the computer's TPM has a part in it, whatever else is needed.
    const BY_TPM: u16 = 0x0100;
    let by_computer = volume.protectors.iter().any(|protector| protector.code & BY_TPM != 0);
    match volume.kind {
        _ if by_computer => VolumeType::OperatingSystem,
        Kind::ToGo => VolumeType::RemovableData,
        Kind::Fixed | Kind::Vista => VolumeType::Unknown,
    }
}
