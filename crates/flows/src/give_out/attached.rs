//! The sticks that are attached, for a person to choose from.

use std::path::PathBuf;

use drivekey_drives::{Roots, attached};
use drivekey_record::LineText;

/// A stick whose files can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachedStick {
    /// Where its files appear.
    pub place: PathBuf,
    /// Its label.
    pub label: Option<LineText>,
    /// Its size in bytes.
    pub size_bytes: Option<u64>,
    /// The system's name for its file system.
    pub file_system: Option<LineText>,
}

/// All sticks that are mounted, in the order of their devices.
#[must_use]
pub fn attached_sticks(roots: &Roots) -> Vec<AttachedStick> {
    let removable = attached(roots).into_iter().filter(|volume| volume.removable);
    let stick = |volume: drivekey_drives::AttachedVolume| {
        Some(AttachedStick {
            place: volume.mount_points.into_iter().next()?,
            label: volume.label,
            size_bytes: volume.size,
            file_system: volume.file_system,
        })
    };
    removable.filter_map(stick).collect()
}
