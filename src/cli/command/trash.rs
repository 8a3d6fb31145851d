//! `remove` and `restore`: into the trash and out of it.

use crate::cli::args::{IdArgs, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::{exit_over, one_entry, unlocked};
use crate::cli::{json, question, table, world::World};
use drivekey_flows::trash::{self, TrashError};
use drivekey_vault::Entry;

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

pub(in crate::cli) fn remove(world: &mut World<'_>, shared: &Shared, args: &IdArgs) -> Result<Exit, Failure> {
    let mut vault = unlocked(world, shared)?;
    let entry = one_entry(world, &mut vault, &args.id)?;
    trash::can_remove(&entry)?;
    if !shared.json {
        table::one(world.out, &entry)?;
        world.settle()?;
    }
    let sure = question::confirm(world, shared.yes, "Put this key into the trash?", || {
        Failure::no_terminal("this must be confirmed", "confirm it with --yes")
    })?;
    if !sure {
        return Err(Failure::refused("nothing was changed", ""));
    }
    let entry = trash::remove(&mut vault, &entry, (world.now)())?;
    report(world, shared, &entry, "is in the trash; 'drivekey restore' takes it out again")?;
    Ok(exit_over(&vault))
}

pub(in crate::cli) fn restore(world: &mut World<'_>, shared: &Shared, args: &IdArgs) -> Result<Exit, Failure> {
    let mut vault = unlocked(world, shared)?;
    let entry = one_entry(world, &mut vault, &args.id)?;
    let entry = trash::restore(&mut vault, &entry)?;
    report(world, shared, &entry, "is out of the trash")?;
    Ok(exit_over(&vault))
}

fn report(world: &mut World<'_>, shared: &Shared, entry: &Entry, words: &str) -> Result<(), Failure> {
    if shared.json {
        return json::print(world.out, &json::entry(entry));
    }
    Ok(writeln!(world.err, "Record {} {words}.", entry.handle)?)
}
