//! `list`: the keys in the vault without their digits.

use crate::cli::args::{ListArgs, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::{end_over, unlocked};
use crate::cli::{json, table, world::World};
use drivekey_record::LineText;
use drivekey_vault::{Entry, Filter, Listing, TrashFilter, Unlocked, Vault};

/// Longest list of names that a part of a name was read as.
const SHOWN_NAMES: usize = 5;
const LISTED: &str = "what is listed is sound";

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
        return end_over(&vault, &faults, LISTED);
    }
    let mut listing = vault.list(&filter)?;
    if let Some(device) = args.device.as_ref().filter(|_| nothing(&listing))
        && let Some(like) = by_part(&mut vault, &filter, device)?
    {
        writeln!(world.err, "No computer is called \"{device}\"; read as a part of {}.", names(&like.entries))?;
        listing = like;
    }
    if !listing.entries.is_empty() {
        table::entries(world.out, listing.entries)?;
    } else if listing.faults.is_empty() {
        let hidden = if trash == TrashFilter::Without { in_trash(&mut vault, &filter)? } else { 0 };
        let narrowed = args.device.is_some() || args.volume_type.is_some();
        let hint = match (hidden, trash, narrowed) {
            (1, ..) => "1 key is in the trash: 'drivekey list --trash' shows it".to_owned(),
            (2.., ..) => format!("{hidden} keys are in the trash: 'drivekey list --trash' shows them"),
            (_, TrashFilter::Only, false) => "The trash is empty".to_owned(),
            (.., true) => "'drivekey list' shows all keys".to_owned(),
            _ => "'drivekey import PATH' takes in key files".to_owned(),
        };
        writeln!(world.err, "No keys to list. {hint}.")?;
    }
    end_over(&vault, &listing.faults, LISTED)
}

fn nothing(listing: &Listing) -> bool {
    listing.entries.is_empty() && listing.faults.is_empty()
}

/// The keys of computers whose name has this as a part, where none has it as its whole. `None` without any.
fn by_part(vault: &mut Vault<Unlocked>, filter: &Filter, part: &LineText) -> Result<Option<Listing>, Failure> {
    let named = vault.list(&Filter { trash: TrashFilter::With, volume_type: None, device: Some(part.clone()) })?;
    if !nothing(&named) {
        return Ok(None);
    }
    let part = part.normalised();
    let mut listing = vault.list(&Filter { device: None, ..filter.clone() })?;
    listing.entries.retain(|entry| has_part(entry, &part));
    Ok((!listing.entries.is_empty()).then_some(listing))
}

/// How many keys in the trash would be listed if they were not there.
fn in_trash(vault: &mut Vault<Unlocked>, filter: &Filter) -> Result<usize, Failure> {
    let listing = vault.list(&Filter { trash: TrashFilter::Only, device: None, ..filter.clone() })?;
    let part = filter.device.as_ref().map(LineText::normalised);
    Ok(listing.entries.iter().filter(|entry| part.as_ref().is_none_or(|part| has_part(entry, part))).count())
}

fn has_part(entry: &Entry, part: &str) -> bool {
    entry.details.device_name.as_ref().is_some_and(|name| name.normalised().contains(part))
}

/// The computers' names, each once.
fn names(entries: &[Entry]) -> String {
    let mut names: Vec<&LineText> = entries.iter().filter_map(|entry| entry.details.device_name.as_ref()).collect();
    names.sort_by_key(|name| name.normalised());
    names.dedup_by_key(|name| name.normalised());
    let mut shown: Vec<String> = names.iter().take(SHOWN_NAMES).map(|name| format!("\"{name}\"")).collect();
    if names.len() > SHOWN_NAMES {
        shown.push(format!("{} more", names.len() - SHOWN_NAMES));
    }
    shown.join(", ")
}
