//! Drives of this machine: which are attached, one opened for reading only, and which ones lie under a path.
//! Must not know what is on them. Where the system keeps its account of them comes in as [`Roots`].
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

/// Where a Linux system keeps its account of drives and mounts. Other systems do not use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roots {
    /// `/proc`
    pub proc: PathBuf,
    /// `/sys`
    pub sys: PathBuf,
    /// `/dev`
    pub dev: PathBuf,
    /// `/run`: udev's notes, which tell labels and kinds without the right to read drives.
    pub run: PathBuf,
}

impl Default for Roots {
    /// The system's.
    fn default() -> Self {
        Self { proc: "/proc".into(), sys: "/sys".into(), dev: "/dev".into(), run: "/run".into() }
    }
}

impl Roots {
    /// Whether this is the running system itself, of which the kernel can be asked.
    #[cfg(target_os = "linux")]
    pub(crate) fn is_real(&self) -> bool {
        self.proc == std::path::Path::new("/proc")
    }

    /// The four folders below one, as a made-up system has them.
    #[must_use]
    pub fn below(root: &std::path::Path) -> Self {
        Self { proc: root.join("proc"), sys: root.join("sys"), dev: root.join("dev"), run: root.join("run") }
    }
}
