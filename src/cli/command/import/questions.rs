//! Asks the questions of an intake at the terminal. Without a terminal nothing is asked.

use super::shown;
use crate::cli::failure::Failure;
use crate::cli::question;
use crate::cli::world::World;
use drivekey_flows::intake::Sources;
use drivekey_import::Place;
use drivekey_vault::{Unlocked, Vault};

/// Names that a file's name or folder suggests are offered to a person, never taken by themselves.
pub(in crate::cli::command) fn propose(
    world: &mut World<'_>,
    vault: Option<&mut Vault<Unlocked>>,
    sources: &mut Sources,
) -> Result<(), Failure> {
    if !world.terminal.is_present() {
        return Ok(());
    }
    for suggestion in sources.suggestions(vault)? {
        let keys = if suggestion.keys == 1 { "1 key".to_owned() } else { format!("{} keys", suggestion.keys) };
        let device = &suggestion.device;
        let question = format!("The file or folder name suggests the computer \"{device}\" for {keys}. Note it?");
        if question::ask(world, &question)? {
            sources.accept(device);
        }
    }
    Ok(())
}

/// Asks what a reading leaves open.
pub(in crate::cli::command) fn settle(
    world: &mut World<'_>,
    vault: Option<&mut Vault<Unlocked>>,
    sources: &mut Sources,
) -> Result<(), Failure> {
    if !world.terminal.is_present() {
        return Ok(());
    }
    for file in sources.doubtful() {
        let shown = shown(&sources.read[file].origin);
        let question = format!(
            "In {shown} some letters were read as the digits they look like, and the result is a sound key. Take it in?"
        );
        if !question::ask(world, &question)? {
            sources.decline(file);
        }
    }
    let mut left_out = Vec::new();
    for open in sources.open_keys(vault)? {
        let Some(place) = sources.candidate(open.at).map(|candidate| at(candidate.place)) else { continue };
        let shown = shown(&sources.read[open.at.file].origin);
        if open.is_weak {
            let question = format!(
                "The key {place} of {shown} has the same group eight times; Windows makes no such key. Store it all \
                 the same?"
            );
            if !question::ask(world, &question)? {
                left_out.push(open.at);
                continue;
            }
        }
        if !open.key_ids.is_empty() {
            let choices: Vec<String> = open.key_ids.iter().map(ToString::to_string).collect();
            let question = format!("More than one Key ID may belong to the key {place} of {shown}. Which does?");
            if let Some(chosen) = question::which(world, &question, &choices)? {
                sources.choose_key_id(open.at, open.key_ids[chosen]);
            }
        }
    }
    sources.leave_out(&left_out);
    Ok(())
}

fn at(place: Place) -> String {
    match place {
        Place::Line(line) => format!("on line {line}"),
        Place::Record(record) => format!("in record {record}"),
    }
}
