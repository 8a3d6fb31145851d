//! Made-up volumes as these tests ask for them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

use std::io::{self, Read, Seek, SeekFrom};

use drivekey_fve::{Found, FveError, Scan, Source, Volume, scan, scan_remains};
use drivekey_record::{KeyId, RecoveryPassword};
use drivekey_testkit::fve_support::made::{Made, Protector, Secret, digits, guid_of, key_of};
use drivekey_testkit::fve_support::sparse::Sparse;

pub(crate) fn scanned(image: &Sparse) -> Result<Scan, FveError> {
    scan(&mut Source::new(image.clone()).unwrap())
}

pub(crate) fn volume(image: &Sparse) -> Volume {
    scanned(image).unwrap().found.remove(0).volume.unwrap()
}

pub(crate) fn password(number: u8) -> RecoveryPassword {
    RecoveryPassword::parse(&digits(key_of(number))).unwrap()
}

pub(crate) fn key_id(number: u8) -> KeyId {
    guid_of(number).parse().unwrap()
}

/// One of each kind Windows knows, and one it will know.
pub(crate) fn all_kinds() -> Made {
    let machine = |number, code| Protector::of(number, code, Secret::Machine);
    let fips = Secret::Recovery { key: key_of(9), flags: 0x40, nested_role: 0x12 };
    Made {
        protectors: vec![
            machine(2, 0x0100),
            machine(3, 0x0300),
            machine(4, 0x0500),
            machine(5, 0x0700),
            machine(6, 0x1000),
            machine(7, 0x4000),
            Protector {
                label: Some("DiskPassword"),
                hint: Some("a\u{202e}\u{1b}***@example.org"),
                ..Protector::recovery(1)
            },
            Protector {
                secret: Secret::Recovery { key: key_of(8), flags: 0, nested_role: 0 },
                ..Protector::recovery(8)
            },
            Protector::of(9, 0x0800, fips),
            Protector::of(10, 0x2000, Secret::Password("Grün ist die 7 \u{1F511}")),
            Protector::of(11, 0x0200, Secret::External([0x3C; 32])),
        ],
        ..Made::default()
    }
}

/// A disk of which some bytes cannot be read any more.
pub(crate) struct Failing(pub(crate) Sparse, pub(crate) std::ops::Range<u64>);

impl Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let at = self.0.stream_position()?;
        let touches = at < self.1.end && at + buffer.len() as u64 > self.1.start;
        if touches { Err(io::ErrorKind::Other.into()) } else { self.0.read(buffer) }
    }
}

impl Seek for Failing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

pub(crate) fn left(image: &Sparse) -> Result<Vec<Found>, FveError> {
    scan_remains(&mut Source::new(image.clone()).unwrap())
}

pub(crate) fn formatted(mut image: Sparse, start: u64) -> Sparse {
    let mut sector = [0; 512];
    sector[..11].copy_from_slice(b"\xEB\x58\x90MSDOS5.0");
    sector[510..].copy_from_slice(&[0x55, 0xAA]);
    image.put(start, &sector);
    image
}
