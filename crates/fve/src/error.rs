//! Why no BitLocker volume could be listed.

use std::io;

use super::block::MetadataCopy;

/// A disk image that must be converted before its volumes can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// A Hyper-V disk.
    Vhdx,
    /// A growing or differencing Virtual PC disk. A fixed one needs no conversion.
    DynamicVhd,
    /// An `EnCase` image.
    Ewf,
    /// A `VMware` disk.
    Vmdk,
    /// A QEMU disk.
    Qcow,
    /// A `VirtualBox` disk.
    Vdi,
    /// A compressed file, or an archive: ZIP, gzip, xz, bzip2, Zstandard, 7z.
    Packed,
}

/// Why a volume could not be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FveError {
    /// There is no BitLocker volume here, nor in a partition of this disk.
    #[error("not a BitLocker volume")]
    NotBitLocker,
    /// The source ends within the boot sector.
    #[error("cut after {bytes} bytes")]
    Cut {
        /// How many bytes there are.
        bytes: u64,
    },
    /// The image must first be converted to a raw one.
    #[error("an image of the kind {0:?}, not a raw one")]
    Container(Container),
    /// The boot sector is BitLocker's, but none of the three metadata copies can be read.
    #[error("no readable metadata copy")]
    NoMetadata {
        /// The state of each copy.
        copies: [MetadataCopy; 3],
    },
    /// The drive or file could not be read.
    #[error("reading failed: {0}")]
    Read(io::ErrorKind),
}

impl From<io::Error> for FveError {
    fn from(error: io::Error) -> Self {
        Self::Read(error.kind())
    }
}
