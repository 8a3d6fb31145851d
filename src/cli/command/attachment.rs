//! `attachment`: lists startup keys, key packages and drive headers, and gives them out byte for byte.

use std::path::PathBuf;

use serde_json::json;

use crate::cli::args::{AttachmentCommand, AttachmentSaveArgs, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::guard::{self, Holding};
use crate::cli::outlet::printable;
use crate::cli::session::{end_with_faults, unlocked};
use crate::cli::{json, new_file, table, world::World};
use drivekey_record::AttachmentKind;
use drivekey_vault::reveal::reveal_attachment;
use drivekey_vault::{Attached, ItemListing, Unlocked, Vault, VaultError};

pub(in crate::cli) fn run(
    world: &mut World<'_>,
    shared: &Shared,
    command: &AttachmentCommand,
) -> Result<Exit, Failure> {
    let mut vault = unlocked(world, shared)?;
    let attachments = vault.attachments()?;
    match command {
        AttachmentCommand::List => {
            list(world, shared, &attachments)?;
            end_with_faults(&vault, &attachments.faults, "what is listed is sound")
        }
        AttachmentCommand::Save(args) => {
            save(world, shared, &mut vault, &attachments, args)?;
            end_with_faults(&vault, &attachments.faults, "what was saved is sound")
        }
    }
}

fn list(world: &mut World<'_>, shared: &Shared, kept: &ItemListing<Attached>) -> Result<(), Failure> {
    let attachments: Vec<&Attached> = kept.items.iter().filter(|one| one.info.removed_date_time.is_none()).collect();
    if shared.json {
        let value: Vec<_> = attachments.iter().map(|one| as_json(one)).collect();
        return json::print(world.out, &json!({ "value": value }));
    }
    if attachments.is_empty() {
        if !kept.faults.is_empty() {
            return Ok(());
        }
        writeln!(world.err, "No attachments are kept. 'drivekey import' takes in .BEK files and key packages.")?;
        return Ok(());
    }
    let head = ["ATTACHMENT", "KIND", "ID", "DEVICE", "FILE", "BYTES", "ADDED"].map(str::to_owned).to_vec();
    let text = |value: &Option<drivekey_record::LineText>| value.as_ref().map(ToString::to_string).unwrap_or_default();
    let rows = attachments.iter().map(|one| {
        vec![
            format!("a{}", one.number),
            one.info.attachment.words().to_owned(),
            one.info.guid.first_8(),
            text(&one.info.device_name),
            text(&one.info.file_name),
            one.info.bytes.to_string(),
            one.info.imported_date_time.format("%Y-%m-%d").to_string(),
        ]
    });
    Ok(table::write(world.out, std::iter::once(head).chain(rows).collect())?)
}

fn save(
    world: &mut World<'_>,
    shared: &Shared,
    vault: &mut Vault<Unlocked>,
    attachments: &ItemListing<Attached>,
    args: &AttachmentSaveArgs,
) -> Result<(), Failure> {
    let found = attachments.items.iter().find(|one| one.number == args.attachment).ok_or_else(|| {
        if attachments.faults.is_empty() {
            VaultError::NoSuchItem(args.attachment)
        } else {
            VaultError::Faults(attachments.faults.clone())
        }
    })?;
    let path = if args.to.is_dir() { args.to.join(usual_name(found)) } else { args.to.clone() };
    let whole_path = std::path::absolute(&path).unwrap_or_else(|_| path.clone());
    new_file::free(&whole_path)?;
    let holding = match found.info.attachment {
        AttachmentKind::ExternalKey | AttachmentKind::KeyPackage | AttachmentKind::Other(_) => {
            Holding::Protector(found.info.guid)
        }
        AttachmentKind::DriveHeader => Holding::Records(&[]),
    };
    guard::check(world, vault, &path, &holding)?;
    let bytes = reveal_attachment(vault, found)?;
    new_file::write(world, &whole_path, &bytes)?;
    if shared.json {
        return json::print(
            world.out,
            &json!({ "attachment": format!("a{}", found.number), "path": path.display().to_string() }),
        );
    }
    writeln!(world.err, "The {} was written to {}.", found.info.attachment.words(), printable(&path))?;
    if found.info.attachment == AttachmentKind::ExternalKey {
        writeln!(
            world.err,
            "Whoever has this file can open the drive: put it on a stick, not on the drive, and delete it afterwards."
        )?;
    }
    Ok(())
}

/// As Windows names them.
fn usual_name(found: &Attached) -> PathBuf {
    let guid = found.info.guid;
    PathBuf::from(match found.info.attachment {
        AttachmentKind::ExternalKey => format!("{guid}.BEK"),
        AttachmentKind::KeyPackage => format!("BitLocker Key Package {{{guid}}}.KPG"),
        AttachmentKind::DriveHeader => format!("{guid}.header"),
        AttachmentKind::Other(kind) => format!("{guid} ({kind}).bin"),
    })
}

fn as_json(one: &Attached) -> serde_json::Value {
    let info = &one.info;
    json!({
        "attachment": format!("a{}", one.number),
        "kind": info.attachment,
        "guid": info.guid,
        "keyIds": info.key_ids,
        "deviceName": info.device_name,
        "volumeLabel": info.volume_label,
        "fileName": info.file_name,
        "created": info.created,
        "importedDateTime": info.imported_date_time,
        "bytes": info.bytes,
    })
}
