//! Scans, photos and files of our own printed sheets, read by their codes. A sheet of a split key is worth nothing by
//! itself: those in one file are put together.

use crate::ScanReader;
use drivekey_import::{Candidate, Place, Reading, Remark, RemarkKind};
use drivekey_record::{KeyId, RecoveryPassword, SourceKind, VolumeType};
use drivekey_sheet::{Label, ScanError, Scanned, Share, combine};

/// How pictures and printed documents begin.
const BEGINNINGS: [&[u8]; 3] = [b"\x89PNG", b"\xFF\xD8\xFF", b"%PDF-"];

/// What the codes on the page say; nothing where the file is no picture and no document, or has none of ours.
pub(super) fn read(scans: &dyn ScanReader, bytes: &[u8]) -> Option<Reading> {
    if !BEGINNINGS.iter().any(|beginning| bytes.starts_with(beginning)) {
        return None;
    }
    let found = match scans.read(bytes) {
        Ok(found) => found,
        Err(ScanError::GaveUp) => return Some(not_seen()),
        Err(_) => return None,
    };
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

/// What is on it nobody knows, so that it is never counted among the files without a key.
fn not_seen() -> Reading {
    Reading { remarks: vec![Remark::whole(RemarkKind::NotSeen)], source: Some(SourceKind::Scan), ..Reading::default() }
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
    }
}
