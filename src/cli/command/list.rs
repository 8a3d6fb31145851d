//! `list`: lists the keys in the vault, without their digits.

use crate::cli::args::{ListArgs, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::{end_with_faults, unlocked};
use crate::cli::{json, table, world::World};
use drivekey_flows::lookup::{self, Listed};
use drivekey_record::LineText;
use drivekey_vault::{Filter, TrashFilter};

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
        return end_with_faults(&vault, &faults, LISTED);
    }
    let Listed { listing, read_as_part_of, in_trash } = lookup::list(&mut vault, &filter)?;
    if let (Some(device), false) = (&args.device, read_as_part_of.is_empty()) {
        writeln!(world.err, "No computer is called \"{device}\"; read as a part of {}.", names(&read_as_part_of))?;
    }
    if !listing.entries.is_empty() {
        table::entries(world.out, listing.entries)?;
    } else if listing.faults.is_empty() {
        let narrowed = args.device.is_some() || args.volume_type.is_some();
        let hint = match (in_trash, trash, narrowed) {
            (1, ..) => "1 key is in the trash: 'drivekey list --trash' shows it".to_owned(),
            (2.., ..) => format!("{in_trash} keys are in the trash: 'drivekey list --trash' shows them"),
            (_, TrashFilter::Only, false) => "The trash is empty".to_owned(),
            (.., true) => "'drivekey list' shows all keys".to_owned(),
            _ => "'drivekey import PATH' takes in key files".to_owned(),
        };
        writeln!(world.err, "No keys to list. {hint}.")?;
    }
    end_with_faults(&vault, &listing.faults, LISTED)
}

/// The computers' names.
fn names(names: &[LineText]) -> String {
    let mut shown: Vec<String> = names.iter().take(SHOWN_NAMES).map(|name| format!("\"{name}\"")).collect();
    if names.len() > SHOWN_NAMES {
        shown.push(format!("{} more", names.len() - SHOWN_NAMES));
    }
    shown.join(", ")
}
