//! `undo`: takes the last import back. What it added goes to the trash, what it changed goes back; nothing is deleted.

use serde_json::json;

use crate::cli::args::Shared;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::{end_with_faults, unlocked};
use crate::cli::{json, question, world::World};
use drivekey_flows::undo::{self, UndoError};
use drivekey_record::Handle;
use drivekey_vault::ImportInfo;

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared) -> Result<Exit, Failure> {
    let mut vault = unlocked(world, shared)?;
    let Some(import) = undo::last(&mut vault)? else {
        return Err(Failure::new(
            Exit::NotFound,
            "there is no import to undo",
            "'drivekey remove ID' puts single keys into the trash",
        ));
    };
    let question = format!("Undo {}?", described(&import));
    let sure = question::confirm(world, shared.yes, &question, || {
        Failure::no_terminal("undoing an import must be confirmed", "confirm it with --yes")
    })?;
    if !sure {
        return Err(Failure::refused("nothing was changed", ""));
    }
    let undone = undo::undo(&mut vault, &import, (world.now)()).map_err(|error| match error {
        UndoError::Vault(error) => error.into(),
        UndoError::AnotherImport => Failure::new(
            Exit::Failed,
            "another program changed meanwhile which import is the last; nothing was undone",
            "run the command again",
        ),
    })?;
    if shared.json {
        json::print(
            world.out,
            &json!({
                "imported": undone.import.imported,
                "origin": undone.import.origin,
                "removed": undone.removed,
                "reverted": undone.reverted,
                "kept": undone.kept,
                "attachments": undone.import.attached,
            }),
        )?;
    } else {
        writeln!(world.out, "Undone: {}.", described(&undone.import))?;
        list(world, "In the trash now, 'drivekey restore' takes it out again", &undone.removed)?;
        list(world, "As before", &undone.reverted)?;
        list(world, "Kept, another source has it too", &undone.kept)?;
    }
    end_with_faults(&vault, &undone.faults, "what is named above was undone")
}

fn list(world: &mut World<'_>, what: &str, handles: &[Handle]) -> Result<(), Failure> {
    const SHOWN: usize = 20;
    if handles.is_empty() {
        return Ok(());
    }
    let mut names: Vec<String> = handles.iter().take(SHOWN).map(ToString::to_string).collect();
    if handles.len() > SHOWN {
        names.push(format!("and {} more", handles.len() - SHOWN));
    }
    writeln!(world.out, "{what}: {}.", names.join(", "))?;
    Ok(())
}

fn described(import: &ImportInfo) -> String {
    let from = import.origin.as_ref().map(|origin| format!(" from {origin}")).unwrap_or_default();
    let mut parts = Vec::new();
    let mut add = |count: usize, one: &str, many: &str| {
        if count > 0 {
            parts.push(if count == 1 { format!("1 {one}") } else { format!("{count} {many}") });
        }
    };
    add(import.added, "new key", "new keys");
    add(import.changed, "key with something new noted", "keys with something new noted");
    add(import.attached, "startup key or key package", "startup keys or key packages");
    let what = if parts.is_empty() { "nothing new".to_owned() } else { parts.join(", ") };
    format!("the import{from} of {} UTC ({what})", import.imported.format("%Y-%m-%d %H:%M"))
}
