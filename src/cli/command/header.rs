//! `header save`: the part of a drive by which its key can be proved, or a torn one mended, when the drive is
//! elsewhere.

use serde_json::json;
use zeroize::Zeroizing;

use crate::cli::args::{HeaderCommand, HeaderSaveArgs, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::{exit_over, unlocked};
use crate::cli::volumes::{self, Placed, Target};
use crate::cli::{json, volume_words, world::World};
use drivekey_record::{AttachmentKind, Created};
use drivekey_vault::{AttachedAs, NewAttachment};

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, command: &HeaderCommand) -> Result<Exit, Failure> {
    match command {
        HeaderCommand::Save(args) => save(world, shared, args),
    }
}

fn save(world: &mut World<'_>, shared: &Shared, args: &HeaderSaveArgs) -> Result<Exit, Failure> {
    let target = Target::of(&args.drive, &args.remains)?;
    let volumes = target.volumes()?;
    let mut vault = unlocked(world, shared)?;
    if let Some(unread) = volumes.iter().find_map(|placed| placed.unread.as_ref()) {
        writeln!(world.err, "Warning: {unread}.")?;
    }
    let mut saved = Vec::new();
    for placed in &volumes {
        let new = attachment(placed, args);
        let (guid, bytes) = (new.guid, new.bytes.len());
        saved.push((placed, guid, bytes, vault.attach(new, (world.now)())?));
    }
    if shared.json {
        let value: Vec<_> = saved
            .iter()
            .map(|(placed, guid, bytes, kept)| {
                let (name, new) = outcome(*kept);
                json!({ "attachment": name, "bytes": bytes, "drive": placed.place, "new": new, "volumeId": guid.to_string() })
            })
            .collect();
        json::print(world.out, &json!({ "value": value }))?;
    }
    for (placed, _, bytes, kept) in &saved {
        let (name, new) = outcome(*kept);
        if !shared.json {
            writeln!(world.out, "{name}  {}", volumes::name(placed.volume).unwrap_or_else(|| placed.place.clone()))?;
        }
        let said = if new {
            format!("The header of {} is in the vault ({bytes} bytes).", placed.place)
        } else {
            format!("The header of {} was in the vault already.", placed.place)
        };
        writeln!(world.err, "{said} With it: 'drivekey prove ID --header {name}', 'drivekey repair --header {name}'.")?;
        for warning in volume_words::warnings(placed.volume) {
            writeln!(world.err, "Warning: {warning}.")?;
        }
    }
    Ok(exit_over(&vault))
}

fn outcome(kept: AttachedAs) -> (String, bool) {
    match kept {
        AttachedAs::New(number) => (format!("a{number}"), true),
        AttachedAs::Known(number) => (format!("a{number}"), false),
    }
}

fn attachment(placed: &Placed<'_>, args: &HeaderSaveArgs) -> NewAttachment {
    let volume = placed.volume;
    let description = volume.description.as_ref();
    let key_ids = volume.recovery_key_ids();
    NewAttachment {
        kind: AttachmentKind::DriveHeader,
        guid: volume.guid,
        key_ids,
        bytes: Zeroizing::new(volume.to_saved_header()),
        device_name: args.device.clone().or_else(|| description.and_then(|description| description.computer.clone())),
        volume_label: description.and_then(|description| description.label.clone()),
        file_name: None,
        created: volume.created.map(|time| Created::Zoned(chrono::SubsecRound::trunc_subsecs(time, 0).fixed_offset())),
    }
}
