//! `list`: the keys in the vault without their digits.

use crate::cli::args::{ListArgs, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, faults_sentence};
use crate::cli::session::{exit_over, unlocked};
use crate::cli::{json, table, world::World};
use crate::vault::{Fault, Filter, TrashFilter, Unlocked, Vault};

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &ListArgs) -> Result<Exit, Failure> {
    let mut vault = unlocked(world, shared)?;
    let trash = match (args.trash, args.all) {
        (true, _) => TrashFilter::Only,
        (_, true) => TrashFilter::With,
        _ => TrashFilter::Without,
    };
    let filter = Filter { device: args.device.clone(), volume_type: args.volume_type, trash };
    if shared.json {
        let faults = json::print_listed(world.out, |take| vault.list_each(&filter, take))?;
        return listed(&vault, &faults);
    }
    let listing = vault.list(&filter)?;
    if !listing.entries.is_empty() {
        table::entries(world.out, listing.entries)?;
    } else if listing.faults.is_empty() {
        let narrowed = args.device.is_some() || args.volume_type.is_some();
        let hint = if narrowed { "'drivekey list' shows all keys" } else { "'drivekey import PATH' takes in key files" };
        writeln!(world.err, "No keys to list. {hint}.")?;
    }
    listed(&vault, &listing.faults)
}

/// The end of a list over what may be wrong.
fn listed(vault: &Vault<Unlocked>, faults: &[Fault]) -> Result<Exit, Failure> {
    if faults.is_empty() {
        return Ok(exit_over(vault));
    }
    Err(Failure::new(Exit::Damaged, faults_sentence(faults), "what is listed is sound; 'drivekey verify' names everything that is wrong"))
}
