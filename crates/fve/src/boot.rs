//! The boot sector of a BitLocker volume: its kind, and where the metadata copies lie.

use super::bytes::{u16_at, u64_at};

/// The part of the sector that holds the fields, whatever the sector size.
pub(super) const BOOT_BYTES: usize = 512;
const JUMP_VISTA: [u8; 3] = [0xEB, 0x52, 0x90];
const JUMP_LATER: [u8; 3] = [0xEB, 0x58, 0x90];
const OEM_FVE: &[u8; 8] = b"-FVE-FS-";
const OEM_FAT: &[u8; 8] = b"MSWIN4.1";
/// `4967d63b-2e29-4ad8-8399-f6a339e3d001`
const GUID_NORMAL: [u8; 16] =
    [0x3b, 0xd6, 0x67, 0x49, 0x29, 0x2e, 0xd8, 0x4a, 0x83, 0x99, 0xf6, 0xa3, 0x39, 0xe3, 0xd0, 0x01];
/// `92a84d3b-dd80-4d0e-9e4e-b1e3284eaed8`
const GUID_ENCRYPT_ON_WRITE: [u8; 16] =
    [0x3b, 0x4d, 0xa8, 0x92, 0x80, 0xdd, 0x0e, 0x4d, 0x9e, 0x4e, 0xb1, 0xe3, 0x28, 0x4e, 0xae, 0xd8];
const GUID_AT: usize = 160;
const GUID_AT_TO_GO: usize = 424;
const GUID_BYTES: usize = 16;
pub(super) const SECTOR_SIZES: [u16; 4] = [512, 1024, 2048, 4096];

/// All ones marks an unknown offset, in boot sectors as in saved headers.
pub(super) const UNKNOWN_OFFSET: u64 = u64::MAX;

/// Which Windows feature made the volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// BitLocker of Windows 7 and later; also used for NTFS on removable drives.
    Fixed,
    /// BitLocker To Go on FAT and exFAT.
    ToGo,
    /// BitLocker of Windows Vista.
    Vista,
}

/// How much of the volume is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Every sector.
    Normal,
    /// Used space only: a sector is encrypted when it is first written.
    EncryptOnWrite,
}

/// The fields of a boot sector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Boot {
    pub(super) kind: Kind,
    pub(super) layout: Layout,
    pub(super) sector_size: u16,
    /// Offsets of the metadata copies from the start of the volume. Vista names the first only.
    pub(super) offsets: [Option<u64>; 3],
    /// The sector was overwritten, and the fields above were inferred from the metadata.
    pub(super) is_lost: bool,
}

impl Kind {
    /// The name used in JSON output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::ToGo => "to-go",
            Self::Vista => "vista",
        }
    }
}

impl Layout {
    /// The name used in JSON output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::EncryptOnWrite => "eow",
        }
    }
}

impl Boot {
    /// Parses a boot sector; `None` when it is not BitLocker's.
    pub(super) fn parse(sector: &[u8]) -> Option<Self> {
        let sector = sector.get(..BOOT_BYTES)?;
        let oem = &sector[3..11];
        let sector_size = u16_at(sector, 11).filter(|size| SECTOR_SIZES.contains(size)).unwrap_or(SECTOR_SIZES[0]);
        let with_guid_at = |guid_at: usize, kind, layout| {
            let offset = |index: usize| {
                u64_at(sector, guid_at + GUID_BYTES + index * 8).filter(|offset| *offset != UNKNOWN_OFFSET)
            };
            Self { kind, layout, sector_size, offsets: std::array::from_fn(offset), is_lost: false }
        };
        let layout_at = |at: usize| parse_layout(&sector[at..at + GUID_BYTES]);
        if oem == OEM_FVE {
            if let Some(layout) = layout_at(GUID_AT) {
                return Some(with_guid_at(GUID_AT, Kind::Fixed, layout));
            }
            if sector.starts_with(&JUMP_LATER) {
                // The GUID is damaged or newer than this program. The metadata will tell.
                return Some(with_guid_at(GUID_AT, Kind::Fixed, Layout::Normal));
            }
            if sector.starts_with(&JUMP_VISTA) {
                let cluster = u64::from(sector[13]) * u64::from(sector_size);
                let first = u64_at(sector, 56).and_then(|number| number.checked_mul(cluster));
                return Some(Self {
                    kind: Kind::Vista,
                    layout: Layout::Normal,
                    sector_size,
                    offsets: [first, None, None],
                    is_lost: false,
                });
            }
            return None;
        }
        if oem != OEM_FAT {
            return None;
        }
        layout_at(GUID_AT_TO_GO).map(|layout| with_guid_at(GUID_AT_TO_GO, Kind::ToGo, layout))
    }

    /// Whether a truncated sector carries BitLocker's signature.
    pub(super) fn has_signature(sector: &[u8]) -> bool {
        sector.get(3..11).is_some_and(|oem| oem == OEM_FVE)
    }
}

fn parse_layout(guid: &[u8]) -> Option<Layout> {
    if guid == GUID_NORMAL {
        Some(Layout::Normal)
    } else if guid == GUID_ENCRYPT_ON_WRITE {
        Some(Layout::EncryptOnWrite)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_fat_volume_is_not_bitlocker() {
        let mut sector = [0; BOOT_BYTES];
        sector[3..11].copy_from_slice(OEM_FAT);
        assert_eq!(Boot::parse(&sector), None);
        sector[GUID_AT_TO_GO..GUID_AT_TO_GO + 16].copy_from_slice(&GUID_NORMAL);
        sector[440] = 7;
        let boot = Boot::parse(&sector);
        assert_eq!(boot.map(|boot| (boot.kind, boot.offsets[0], boot.sector_size)), Some((Kind::ToGo, Some(7), 512)));
        assert_eq!(Boot::parse(&sector[..511]), None);
    }

    #[test]
    fn vista_counts_in_clusters() {
        let mut sector = [0; BOOT_BYTES];
        sector[..3].copy_from_slice(&JUMP_VISTA);
        sector[3..11].copy_from_slice(OEM_FVE);
        sector[12] = 2;
        sector[13] = 8;
        sector[56] = 3;
        assert_eq!(Boot::parse(&sector).map(|boot| boot.offsets), Some([Some(3 * 8 * 512), None, None]));
        sector[56..64].fill(0xFF);
        assert_eq!(Boot::parse(&sector).map(|boot| boot.offsets), Some([None; 3]));
    }
}
