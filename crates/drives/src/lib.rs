//! The drives of this machine, read-only: which volumes are attached, what is under a path, and the bytes of one drive.
//!
//! [`attached`] lists volumes, [`below`] follows a path down to the devices and images that hold it, and [`Drive`]
//! reads a drive or image in whole, aligned sectors. Nothing here can write, and nothing looks at what is on a drive.
//! Where a Linux system keeps its files about drives comes in as [`Roots`], so that tests can bring a made-up system.
//!
//! ```
//! use std::io::Read;
//!
//! use drivekey_drives::{Drive, Roots, attached, below};
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("stick.img");
//! # std::fs::write(&path, vec![0xEB; 4096])?;
//! let mut drive = Drive::open(&path)?;
//! let mut sector = [0; 512];
//! drive.read_exact(&mut sector)?;
//! assert_eq!(drive.size(), 4096);
//!
//! for volume in attached(&Roots::default()) {
//!     println!("{:?} {:?}", volume.device, volume.label);
//! }
//! println!("{:?} is on {:?}", path, below(&Roots::default(), &path).layers);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod aligned;
mod attached;
mod below;
#[cfg(target_os = "linux")]
mod linux;
mod name;
mod open;

use std::path::PathBuf;

pub use aligned::Aligned;
pub use attached::{AttachedVolume, attached};
pub use below::{Below, Layer, below};
pub use name::drive_path;
pub use open::{Drive, DriveError};

/// Where a Linux system keeps its files about drives and mounts. Other systems do not use them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roots {
    /// `/proc`
    pub proc: PathBuf,
    /// `/sys`
    pub sys: PathBuf,
    /// `/dev`
    pub dev: PathBuf,
    /// `/run`, where udev keeps labels and file systems for everybody, without the right to read drives.
    pub run: PathBuf,
}

impl Default for Roots {
    /// Those of the running system.
    fn default() -> Self {
        Self { proc: "/proc".into(), sys: "/sys".into(), dev: "/dev".into(), run: "/run".into() }
    }
}

impl Roots {
    /// Whether these are those of the running system, so that the kernel can be asked as well.
    #[cfg(target_os = "linux")]
    pub(crate) fn is_real(&self) -> bool {
        self.proc == std::path::Path::new("/proc")
    }

    /// The same four folders below another root, for a made-up system.
    #[must_use]
    pub fn below(root: &std::path::Path) -> Self {
        Self { proc: root.join("proc"), sys: root.join("sys"), dev: root.join("dev"), run: root.join("run") }
    }
}
