//! `purge`: deletes keys in the trash for good, after a typed confirmation.

use crate::cli::args::{PurgeArgs, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, faults_sentence};
use crate::cli::session::{exit_over, one_entry, unlocked};
use crate::cli::{json, question, table, world::World};
use drivekey_record::Handle;
use drivekey_vault::{Entry, Filter, TrashFilter, Unlocked, Vault};

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &PurgeArgs) -> Result<Exit, Failure> {
    let mut vault = unlocked(world, shared)?;
    let doomed = match &args.id {
        Some(id) => vec![one_in_trash(world, &mut vault, id)?],
        None => all_in_trash(&mut vault)?,
    };
    if doomed.is_empty() {
        return Err(Failure::new(Exit::NotFound, "the trash is empty", ""));
    }
    table::entries(world.err, doomed.clone())?;
    let what = format!(
        "{} will be deleted for good. No one can bring {} back. Copies on sticks, paper and in older copies of the vault stay.\n",
        if doomed.len() == 1 { "This key".to_owned() } else { format!("These {} keys", doomed.len()) },
        if doomed.len() == 1 { "it" } else { "them" },
    );
    question::typed(world, &what, "DELETE")?;
    let handles: Vec<Handle> = doomed.iter().map(|entry| entry.handle).collect();
    vault.purge(&handles)?;
    if shared.json {
        json::print(world.out, &json::Entries::new(&doomed))?;
    } else {
        writeln!(
            world.err,
            "Deleted for good: {}",
            handles.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        )?;
    }
    Ok(exit_over(&vault))
}

fn one_in_trash(world: &mut World<'_>, vault: &mut Vault<Unlocked>, id: &str) -> Result<Entry, Failure> {
    let entry = one_entry(world, vault, id)?;
    if entry.details.removed.is_some() {
        return Ok(entry);
    }
    Err(Failure::refused(
        format!("record {} is not in the trash", entry.handle),
        format!("put it there first: 'drivekey remove {}'", entry.handle),
    ))
}

fn all_in_trash(vault: &mut Vault<Unlocked>) -> Result<Vec<Entry>, Failure> {
    let listing = vault.list(&Filter { trash: TrashFilter::Only, ..Filter::default() })?;
    if listing.faults.is_empty() {
        return Ok(listing.entries);
    }
    Err(Failure::new(
        Exit::Damaged,
        faults_sentence(&listing.faults),
        "nothing was changed; 'drivekey verify' names everything that is wrong",
    ))
}
