//! Scans, photos and files of our own printed sheets, read by their codes. A sheet of a split key is worth nothing by
//! itself: those in one file are put together.

use crate::ScanReader;
use drivekey_import::{Candidate, PictureReader, Place, Reading, Remark, RemarkKind};
use drivekey_record::{KeyId, RecoveryPassword, SourceKind, VolumeType};
use drivekey_sheet::{Label, ScanError, Scanned, Share, combine};

/// The reader of scans as the import asks for it.
pub(super) struct Pictures<'a>(pub(super) &'a dyn ScanReader);

impl PictureReader for Pictures<'_> {
    fn read(&self, bytes: &[u8]) -> Option<Reading> {
        match self.0.read(bytes) {
            Ok(found) => read(found),
            Err(ScanError::GaveUp) => Some(nobody_looked(RemarkKind::NotSeen)),
            Err(ScanError::NotInThisBuild) => Some(nobody_looked(RemarkKind::NoScanReader)),
            Err(_) => None,
        }
    }
}

/// What the codes on the pages say; `None` where none of them is ours.
fn read(found: Vec<Scanned>) -> Option<Reading> {
    let mut records: Vec<Candidate> = Vec::new();
    let mut shares: Vec<Share> = Vec::new();
    for found in found {
        match found {
            Scanned::Key { password, label } => {
                let place = Place::Record(records.len() + 1);
                if !records.iter().any(|known| known.password.same_digits(&password)) {
                    records.push(candidate(password, label, place));
                }
            }
            Scanned::Share(share) => shares.push(share),
            Scanned::LabelOnly(_) | Scanned::BadShare(_) | Scanned::Kit(_) => {}
        }
    }
    if let Ok(password) = combine(&shares) {
        let place = Place::Record(records.len() + 1);
        records.push(candidate(password, None, place));
    }
    (!records.is_empty()).then(|| Reading { records, source: Some(SourceKind::Scan), ..Reading::default() })
}

/// Nobody knows what is on it, so it is never counted among the files without a key.
fn nobody_looked(why: RemarkKind) -> Reading {
    Reading { remarks: vec![Remark::whole(why)], source: Some(SourceKind::Scan), ..Reading::default() }
}

fn candidate(password: RecoveryPassword, label: Option<Label>, place: Place) -> Candidate {
    let (key_id, device_name, mount_point, volume_label, volume_type) = match label {
        Some(label) => (label.key_id, label.device, label.drive, label.volume_label, label.volume_type),
        None => (KeyId::Unknown, None, None, None, VolumeType::Unknown),
    };
    Candidate {
        password,
        key_id,
        key_id_candidates: Vec::new(),
        device_name,
        mount_point,
        volume_label,
        volume_type,
        created: None,
        source: SourceKind::Scan,
        device_id: None,
        note: None,
        place,
        inside: None,
        told: None,
    }
}
