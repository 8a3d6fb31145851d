//! `header save`: keeps the part of a drive that a proof or a repair needs when the drive is elsewhere.

use serde_json::json;

use crate::cli::args::{HeaderCommand, HeaderSaveArgs, Shared};
use crate::cli::drive_failure::target_failure;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::{exit_with_doubts, unlocked};
use crate::cli::volume_words::{called, place_words, warnings};
use crate::cli::{json, volumes, world::World};
use drivekey_flows::headers;
use drivekey_vault::AttachedAs;

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, command: &HeaderCommand) -> Result<Exit, Failure> {
    match command {
        HeaderCommand::Save(args) => save(world, shared, args),
    }
}

fn save(world: &mut World<'_>, shared: &Shared, args: &HeaderSaveArgs) -> Result<Exit, Failure> {
    let target = volumes::target(&args.drive, &args.remains)?;
    let volumes = target.volumes()?;
    let mut vault = unlocked(world, shared)?;
    if let Some(unread) = volumes.iter().find_map(|placed| placed.unread.as_ref()) {
        writeln!(world.err, "Warning: {}.", target_failure(unread).sentence)?;
    }
    let saved = headers::save(&mut vault, &volumes, args.device.as_ref(), (world.now)())?;
    if shared.json {
        let value: Vec<_> = saved
            .iter()
            .map(|saved| {
                let (name, new) = outcome(saved.kept);
                json!({
                    "attachment": name,
                    "bytes": saved.bytes,
                    "drive": place_words(&saved.placed.place),
                    "new": new,
                    "volumeId": saved.volume.to_string(),
                })
            })
            .collect();
        json::print(world.out, &json!({ "value": value }))?;
    }
    for saved in &saved {
        let (name, new) = outcome(saved.kept);
        let place = place_words(&saved.placed.place);
        if !shared.json {
            writeln!(world.out, "{name}  {}", called(&saved.placed.drive_name()).unwrap_or_else(|| place.clone()))?;
        }
        let said = if new {
            format!("The header of {place} is in the vault ({} bytes).", saved.bytes)
        } else {
            format!("The header of {place} was in the vault already.")
        };
        writeln!(world.err, "{said} With it: 'drivekey prove ID --header {name}', 'drivekey repair --header {name}'.")?;
        for warning in warnings(saved.placed.volume) {
            writeln!(world.err, "Warning: {warning}.")?;
        }
    }
    Ok(exit_with_doubts(&vault))
}

fn outcome(kept: AttachedAs) -> (String, bool) {
    match kept {
        AttachedAs::New(number) | AttachedAs::Renewed(number) => (format!("a{number}"), true),
        AttachedAs::Known(number) => (format!("a{number}"), false),
    }
}
