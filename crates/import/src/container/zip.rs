//! ZIP archives, and what is one inside: office documents, 1Password exports. Also reads archives that were cut off.
//! Unpacks into memory only, within the budget; must not know what the members hold.

use std::io::Cursor;

use flate2::read::DeflateDecoder;
use zeroize::Zeroizing;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::document::office;
use crate::nested::{Members, Nest, Unpacked};
use crate::{Input, Reading, RemarkKind};
use drivekey_record::SourceKind;

mod salvage;

const MARKS: [&[u8]; 3] = [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK\x03\x04"];
/// The copies of a Mac's own data beside each file.
const RESOURCE_FORKS: &str = "__MACOSX/";

/// An archive whose list of members could be read.
pub(crate) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// The members' names, in order.
    pub(crate) names: Vec<String>,
}

/// What came of unpacking a member.
pub(crate) enum Member {
    Bytes(Zeroizing<Vec<u8>>),
    /// Only its beginning is sound.
    Begun(Zeroizing<Vec<u8>>),
    /// It lacks, as a remark says.
    Refused(RemarkKind),
}

pub(crate) fn sniff(input: &Input<'_>) -> bool {
    MARKS.iter().any(|mark| input.bytes.starts_with(mark))
}

pub(crate) fn read(input: &Input<'_>) -> Reading {
    let mut members = Members::of(input);
    let mut names_of_keys = false;
    match Package::open(input.bytes) {
        Some(mut package) => {
            if office::is_office(&package.names) {
                return office::read(input, &mut package);
            }
            names_of_keys = package.names.iter().any(|name| speaks_of_keys(name));
            each(&mut package, &mut members);
        }
        None => salvage::read(input.bytes, &mut members),
    }
    members.finish(names_of_keys.then_some(SourceKind::WindowsTxt))
}

/// Reads the members one after the other.
fn each(package: &mut Package<'_>, members: &mut Members<'_>) {
    let names = std::mem::take(&mut package.names);
    let mut refused = Vec::new();
    for (index, name) in names.iter().enumerate() {
        if name.ends_with(['/', '\\']) || name.starts_with(RESOURCE_FORKS) {
            continue;
        }
        let Some(nest) = members.admit() else { break };
        match package.unpack(index, nest) {
            Member::Bytes(bytes) => members.read(nest, name, &bytes),
            Member::Begun(bytes) => {
                members.read(nest, name, &bytes);
                members.remark(name, RemarkKind::BrokenStructure);
            }
            // One word for all that are locked alike.
            Member::Refused(kind) if refused.contains(&kind) => {}
            Member::Refused(kind) => {
                members.remark(name, kind);
                refused.push(kind);
            }
        }
    }
}

fn speaks_of_keys(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("bitlocker") || [".bek", ".kpg"].iter().any(|end| name.ends_with(end))
}

impl<'a> Package<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
        let name = |index| {
            archive.name_for_index(index).and_then(Result::ok).map(|name| name.replace('\\', "/")).unwrap_or_default()
        };
        let names = (0..archive.len()).map(name).collect();
        Some(Self { archive, names })
    }

    /// Unpacks a member.
    pub(crate) fn unpack(&mut self, index: usize, nest: Nest<'_>) -> Member {
        match self.archive.by_index(index) {
            Ok(file) if file.encrypted() => Member::Refused(RemarkKind::Encrypted),
            Ok(file) => Member::of(nest.unpack(file)),
            Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword) => {
                Member::Refused(RemarkKind::Encrypted)
            }
            Err(ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_)) => {
                Member::Refused(RemarkKind::BeyondCeiling)
            }
            Err(_) => Member::Refused(RemarkKind::BrokenStructure),
        }
    }

    /// Where a member of this name stands.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|found| found == name)
    }
}

impl Member {
    fn of(unpacked: Unpacked) -> Self {
        match unpacked {
            Unpacked::Whole(bytes) => Self::Bytes(bytes),
            Unpacked::Begun(bytes) => Self::Begun(bytes),
            Unpacked::Beyond => Self::Refused(RemarkKind::BeyondCeiling),
        }
    }

    fn inflated(nest: Nest<'_>, packed: &[u8]) -> Self {
        Self::of(nest.unpack(DeflateDecoder::new(packed)))
    }
}
