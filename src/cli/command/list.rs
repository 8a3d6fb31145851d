//! `list`: the keys in the vault without their digits.

use crate::cli::args::{ListArgs, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, faults_sentence};
use crate::cli::session::{exit_over, unlocked};
use crate::cli::{json, table, world::World};
use crate::vault::{Filter, TrashFilter};

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &ListArgs) -> Result<Exit, Failure> {
    let mut vault = unlocked(world, shared)?;
    let trash = match (args.trash, args.all) {
        (true, _) => TrashFilter::Only,
        (_, true) => TrashFilter::With,
        _ => TrashFilter::Without,
    };
    let listing = vault.list(&Filter { device: args.device.clone(), volume_type: args.volume_type, trash })?;
    if shared.json {
        json::print(world.out, &json::Entries::new(&listing.entries))?;
    } else if !listing.entries.is_empty() {
        table::entries(world.out, listing.entries)?;
    } else if listing.faults.is_empty() {
        let narrowed = args.device.is_some() || args.volume_type.is_some();
        let hint = if narrowed { "'drivekey list' shows all keys" } else { "'drivekey import PATH' takes in key files" };
        writeln!(world.err, "No keys to list. {hint}.")?;
    }
    if !listing.faults.is_empty() {
        return Err(Failure::new(
            Exit::Damaged,
            faults_sentence(&listing.faults),
            "what is listed is sound; 'drivekey verify' names everything that is wrong",
        ));
    }
    Ok(exit_over(&vault))
}
