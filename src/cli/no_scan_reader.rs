//! Stands in for the reader of scans in a build without the feature `scans`. No child is ever started.

use std::ffi::OsString;

use super::Exit;
use drivekey_flows::ReadHere;

/// Says of each scan that this build does not look into it.
pub(super) struct ChildReader;

impl ChildReader {
    pub(super) const fn of_this_program() -> ReadHere {
        ReadHere
    }
}

/// No command line asks for the child.
pub(super) fn is_asked(_: impl Iterator<Item = OsString>) -> bool {
    false
}

/// Serves nobody.
pub(super) const fn serve() -> Exit {
    Exit::Usage
}
