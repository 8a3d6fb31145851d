//! `restore`: takes a key out of the trash.

use crate::cli::args::{IdArgs, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::{exit_with_doubts, one_entry, unlocked};
use crate::cli::trash::report;
use crate::cli::world::World;
use drivekey_flows::trash;

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &IdArgs) -> Result<Exit, Failure> {
    let mut vault = unlocked(world, shared)?;
    let entry = one_entry(world, &mut vault, &args.id)?;
    let entry = trash::restore(&mut vault, &entry)?;
    report(world, shared, &entry, "is out of the trash")?;
    Ok(exit_with_doubts(&vault))
}
