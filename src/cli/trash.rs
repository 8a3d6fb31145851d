//! What `remove` and `restore` have in common: their report, and why a record cannot be moved.

use super::args::Shared;
use super::exit::Exit;
use super::failure::Failure;
use super::{json, world::World};
use drivekey_flows::trash::TrashError;
use drivekey_vault::Entry;

/// Says what became of a record.
pub(super) fn report(world: &mut World<'_>, shared: &Shared, entry: &Entry, words: &str) -> Result<(), Failure> {
    if shared.json {
        return json::print(world.out, &json::entry(entry));
    }
    Ok(writeln!(world.err, "Record {} {words}.", entry.handle)?)
}

impl From<TrashError> for Failure {
    fn from(error: TrashError) -> Self {
        match error {
            TrashError::Vault(error) => error.into(),
            TrashError::InTrash(handle) => Self::new(
                Exit::Failed,
                format!("record {handle} is in the trash already"),
                "'drivekey purge' deletes it for good",
            ),
            TrashError::NotInTrash(handle) => Self::new(
                Exit::Failed,
                format!("record {handle} is not in the trash"),
                "'drivekey list --trash' shows what is",
            ),
            TrashError::Empty => Self::new(Exit::NotFound, "the trash is empty", ""),
        }
    }
}
