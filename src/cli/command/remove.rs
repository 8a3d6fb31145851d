//! `remove`: puts a key into the trash.

use crate::cli::args::{IdArgs, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::{exit_with_doubts, one_entry, unlocked};
use crate::cli::trash::report;
use crate::cli::{question, table, world::World};
use drivekey_flows::trash;

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &IdArgs) -> Result<Exit, Failure> {
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
    Ok(exit_with_doubts(&vault))
}
