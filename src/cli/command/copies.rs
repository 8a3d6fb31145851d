//! `copies`: lists the sticks, files, sheets, kits and bundles that were made, and says what to do about each.

use serde_json::json;

use crate::cli::args::{CopiesArgs, CopiesCommand, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::{end_with_faults, exit_with_doubts, unlocked};
use crate::cli::{json, table, world::World};
use drivekey_record::CopyKind;
use drivekey_vault::{Copy, CopyMark, ItemListing};

/// Records named in a line; the rest is counted.
const SHOWN: usize = 6;

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &CopiesArgs) -> Result<Exit, Failure> {
    let mut vault = unlocked(world, shared)?;
    match &args.command {
        Some(CopiesCommand::Destroyed(one)) => {
            vault.mark_copy(one.copy, CopyMark::Destroyed((world.now)()))?;
            writeln!(world.err, "Copy c{} is noted as destroyed.", one.copy)?;
        }
        Some(CopiesCommand::Name(named)) => {
            vault.mark_copy(named.copy.copy, CopyMark::Named(named.name.clone()))?;
            writeln!(world.err, "Copy c{} is called \"{}\" now.", named.copy.copy, named.name)?;
        }
        None => {
            let mut copies = vault.copies()?;
            copies.items.retain(|copy| args.all || copy.info.destroyed_date_time.is_none());
            list(world, shared, &copies)?;
            return end_with_faults(&vault, &copies.faults, "what is listed is sound");
        }
    }
    Ok(exit_with_doubts(&vault))
}

fn list(world: &mut World<'_>, shared: &Shared, noted: &ItemListing<Copy>) -> Result<(), Failure> {
    let copies = &noted.items;
    if shared.json {
        let value: Vec<_> = copies.iter().map(as_json).collect();
        return json::print(world.out, &json!({ "value": value }));
    }
    if copies.is_empty() {
        if !noted.faults.is_empty() {
            return Ok(());
        }
        writeln!(world.err, "No copies are noted. 'drivekey export' and 'drivekey sheet' make some.")?;
        return Ok(());
    }
    let head = ["COPY", "KIND", "NAME", "WHERE", "MADE", "KEYS", "CHECKED", "TO DO"].map(str::to_owned).to_vec();
    let rows = copies.iter().map(|copy| {
        let info = &copy.info;
        vec![
            format!("c{}", copy.number),
            info.copy.word().to_owned(),
            info.name.as_ref().map(ToString::to_string).unwrap_or_default(),
            info.place.to_string(),
            info.made_date_time.format("%Y-%m-%d").to_string(),
            if info.copy == CopyKind::Kit { String::new() } else { info.records.len().to_string() },
            info.checked_date_time.map(|at| at.format("%Y-%m-%d").to_string()).unwrap_or_default(),
            to_do(copy),
        ]
    });
    Ok(table::write(world.out, std::iter::once(head).chain(rows).collect())?)
}

fn to_do(copy: &Copy) -> String {
    if copy.info.destroyed_date_time.is_some() {
        return "destroyed".to_owned();
    }
    if copy.void {
        return "keyslot removed: destroy".to_owned();
    }
    if copy.stale.is_empty() {
        return String::new();
    }
    if copy.stale.len() == copy.info.records.len() {
        return "stale: destroy".to_owned();
    }
    let mut names: Vec<String> = copy.stale.iter().take(SHOWN).map(|handle| handle.to_string()).collect();
    if copy.stale.len() > SHOWN {
        names.push("…".to_owned());
    }
    format!("stale: {}", names.join(", "))
}

fn as_json(copy: &Copy) -> serde_json::Value {
    let info = &copy.info;
    json!({
        "copy": format!("c{}", copy.number),
        "kind": info.copy,
        "name": info.name,
        "place": info.place,
        "madeDateTime": info.made_date_time,
        "revision": info.revision,
        "records": info.records.iter().collect::<Vec<_>>(),
        "checkedDateTime": info.checked_date_time,
        "destroyedDateTime": info.destroyed_date_time,
        "stale": copy.stale.iter().collect::<Vec<_>>(),
        "void": copy.void,
    })
}
