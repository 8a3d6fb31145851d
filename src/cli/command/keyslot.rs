//! `keyslot`: lists, adds and removes ways to open the vault.

use serde_json::json;

use super::passphrase::{new, still_opens};
use crate::cli::args::{KeyslotCommand, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, short_slot};
use crate::cli::passphrase::choose;
use crate::cli::session::{exit_with_doubts, one_slot, unlocked};
use crate::cli::{json, question, table, world::World};
use drivekey_flows::slots;
use drivekey_vault::SlotInfo;
use drivekey_vault::seal::SlotKind;

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, command: &KeyslotCommand) -> Result<Exit, Failure> {
    let mut vault = unlocked(world, shared)?;
    match command {
        KeyslotCommand::List => list(world, shared, &vault.slots())?,
        KeyslotCommand::Add(args) => {
            let passphrase = choose(world, new(&args.new), shared.yes)?;
            let slot = slots::add_passphrase(&mut vault, &passphrase, args.name.clone(), world.kdf)?;
            if shared.json {
                json::print(world.out, &json!({ "slot": slot.to_string() }))?;
            } else {
                writeln!(world.err, "Keyslot {} now opens the vault, too.", short_slot(slot))?;
            }
        }
        KeyslotCommand::Remove(args) => {
            let slot = one_slot(&args.doomed, vault.slots().into_iter().map(|info| info.slot))?;
            let removal = slots::removal(&vault, slot)?;
            let door = match removal.kind {
                SlotKind::Kit => "kit",
                SlotKind::Passphrase => "passphrase",
                SlotKind::Recipient | SlotKind::PostQuantum | SlotKind::Other(_) => "key",
            };
            let question = format!(
                "Remove keyslot {}? Its {door} will no longer open this file; copies from before still open with it.",
                short_slot(slot)
            );
            let sure = question::confirm(world, shared.yes, &question, || {
                Failure::no_terminal("this must be confirmed", "confirm it with --yes")
            })?;
            if !sure {
                return Err(Failure::refused("nothing was changed", ""));
            }
            slots::remove(&mut vault, removal)?;
            if shared.json {
                json::print(world.out, &json!({ "slot": slot.to_string() }))?;
            } else {
                writeln!(world.err, "Keyslot {} is removed.", short_slot(slot))?;
                writeln!(world.err, "{}", still_opens(&format!("Its {door}")))?;
            }
        }
    }
    Ok(exit_with_doubts(&vault))
}

fn list(world: &mut World<'_>, shared: &Shared, slots: &[SlotInfo]) -> Result<(), Failure> {
    let mut slots: Vec<&SlotInfo> = slots.iter().collect();
    slots.sort_by_key(|info| (!info.in_use, info.name.clone(), info.slot));
    if shared.json {
        let value: Vec<_> = slots
            .iter()
            .map(|info| {
                json!({
                    "slot": info.slot.to_string(),
                    "kind": info.kind.to_string(),
                    "name": info.name,
                    "memoryKib": info.cost.memory_kib,
                    "passes": info.cost.passes,
                    "lanes": info.cost.lanes,
                    "inUse": info.in_use,
                })
            })
            .collect();
        return json::print(world.out, &json!({ "value": value }));
    }
    let head = ["KEYSLOT", "KIND", "NAME", "MEMORY", ""].map(str::to_owned).to_vec();
    let rows = slots.iter().map(|info| {
        vec![
            short_slot(info.slot),
            kind_words(info.kind),
            info.name.as_ref().map(ToString::to_string).unwrap_or_default(),
            if info.kind == SlotKind::Passphrase {
                format!("{} MiB x {}", info.cost.memory_kib / 1024, info.cost.passes)
            } else {
                String::new()
            },
            if info.in_use { "opened the vault now".to_owned() } else { String::new() },
        ]
    });
    Ok(table::write(world.out, std::iter::once(head).chain(rows).collect())?)
}

/// What a person needs to have to open it.
fn kind_words(kind: SlotKind) -> String {
    match kind {
        SlotKind::Passphrase => "passphrase".to_owned(),
        SlotKind::Kit => "kit".to_owned(),
        SlotKind::Recipient => "another key".to_owned(),
        SlotKind::PostQuantum | SlotKind::Other(_) => format!("of a later version ({kind})"),
    }
}
