//! `whose`: finds the record that typed digits belong to.

use crate::cli::args::{Shared, WhoseArgs};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::{end_with_faults, unlocked};
use crate::cli::{json, key_entry, table, world::World};
use drivekey_flows::lookup::whose;

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &WhoseArgs) -> Result<Exit, Failure> {
    let given = if args.key_stdin { Some(key_entry::from_stdin(world)?) } else { None };
    let mut vault = unlocked(world, shared)?;
    let password = match given {
        Some(password) => password,
        None => key_entry::typed(world)?,
    };
    let found = whose(&mut vault, &password)?;
    drop(password);
    if shared.json {
        json::print(world.out, &json::Entries::new(&found.entries))?;
    } else {
        for entry in &found.entries {
            table::one(world.out, entry)?;
        }
    }
    if found.entries.is_empty() {
        return Err(Failure::new(
            Exit::NotFound,
            "no record has these digits",
            "the key is sound in itself; 'drivekey add' takes it in",
        ));
    }
    end_with_faults(&vault, &found.faults, "what is shown is sound")
}
