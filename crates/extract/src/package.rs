//! The list of members of a ZIP archive, and each member unpacked within the ceilings.

use std::io::Cursor;

use flate2::read::DeflateDecoder;
use zeroize::Zeroizing;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use crate::ceiling::{Nest, Unpacked};
use crate::receiver::Fault;
use crate::unread::Unread;

/// An archive whose list of members could be read.
pub(crate) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// The members' names, in order.
    pub(crate) names: Vec<String>,
}

/// What came of unpacking a member.
pub(crate) enum Unzipped {
    Bytes(Zeroizing<Vec<u8>>),
    /// Only its beginning is sound.
    Begun(Zeroizing<Vec<u8>>),
    /// Nothing of it can be read.
    Refused(Fault),
}

impl<'a> Package<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Option<Self> {
        let archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
        let name = |index| {
            archive.name_for_index(index).and_then(Result::ok).map(|name| name.replace('\\', "/")).unwrap_or_default()
        };
        let names = (0..archive.len()).map(name).collect();
        Some(Self { archive, names })
    }

    /// Unpacks a member.
    pub(crate) fn unpack(&mut self, index: usize, nest: Nest<'_>) -> Unzipped {
        if let Ok(packed) = self.archive.by_index_raw(index) {
            let is_read = matches!(
                packed.compression(),
                CompressionMethod::Stored | CompressionMethod::Deflated | CompressionMethod::Deflate64
            );
            if packed.encrypted() {
                return Unzipped::Refused(Fault::Encrypted);
            } else if !is_read {
                return Unzipped::Refused(Fault::NotRead(Unread::ZipMethod));
            }
        }
        match self.archive.by_index(index) {
            Ok(file) if file.encrypted() => Unzipped::Refused(Fault::Encrypted),
            Ok(file) => Unzipped::of(nest.unpack(file)),
            Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword) => {
                Unzipped::Refused(Fault::Encrypted)
            }
            Err(ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_)) => {
                Unzipped::Refused(Fault::NotRead(Unread::ZipMethod))
            }
            Err(_) => Unzipped::Refused(Fault::Broken),
        }
    }

    /// Where a member of this name stands.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|found| found == name)
    }
}

impl Unzipped {
    fn of(unpacked: Unpacked) -> Self {
        match unpacked {
            Unpacked::Whole(bytes) => Self::Bytes(bytes),
            Unpacked::Begun(bytes) => Self::Begun(bytes),
            Unpacked::Beyond => Self::Refused(Fault::BeyondCeiling),
        }
    }

    pub(crate) fn inflated(nest: Nest<'_>, packed: &[u8]) -> Self {
        Self::of(nest.unpack(DeflateDecoder::new(packed)))
    }
}
