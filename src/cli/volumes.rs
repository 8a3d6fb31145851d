//! Reads the volumes on the drive that the arguments name.

use std::ffi::OsStr;

use super::args::RemainsArgs;
use super::failure::Failure;
pub(super) use drivekey_flows::volumes::{Placed, Target};

/// Reads the drive that a person named, and with `--remains` also what is left of overwritten volumes.
pub(super) fn target(drive: &OsStr, remains: &RemainsArgs) -> Result<Target, Failure> {
    let read = if remains.remains { Target::with_remains } else { Target::read };
    Ok(read(drive)?)
}
