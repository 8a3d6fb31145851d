//! What only a person can settle before keys are stored: a computer's name that a file's name suggests, letters read as
//! digits, a Key ID among several, a key that nobody would have. Without a terminal nothing is asked and nothing
//! assumed.

use super::sources::Sources;
use crate::cli::failure::Failure;
use crate::cli::question;
use crate::cli::world::World;
use drivekey_import::{Candidate, Place, Reading, Remark, RemarkKind};
use drivekey_record::{Guid, KeyId};
use drivekey_vault::{Unlocked, Vault};

/// Names that a file's name or folder suggests are offered to a person, never taken by themselves; for keys that are
/// in the vault already nobody is asked again.
pub(in crate::cli::command) fn propose(
    world: &mut World<'_>,
    mut vault: Option<&mut Vault<Unlocked>>,
    sources: &mut Sources,
) -> Result<(), Failure> {
    if !world.terminal.is_present() {
        return Ok(());
    }
    for (suggestion, places) in sources.suggestions() {
        let passwords: Vec<_> = places.iter().filter_map(|place| sources.password(*place)).collect();
        let known = vault.as_mut().map(|vault| vault.are_known(&passwords)).transpose()?;
        let new = known.map_or(passwords.len(), |known| known.into_iter().filter(|known| !known).count());
        if new == 0 {
            continue;
        }
        let keys = if new == 1 { "1 key".to_owned() } else { format!("{new} keys") };
        if question::ask(
            world,
            &format!("The file or folder name suggests the computer \"{suggestion}\" for {keys}. Note it?"),
        )? {
            sources.accept(&suggestion);
        }
    }
    Ok(())
}

/// What a reading leaves open is put to the person at the terminal, but not again for keys that are in the vault.
pub(in crate::cli::command) fn settle(
    world: &mut World<'_>,
    mut vault: Option<&mut Vault<Unlocked>>,
    sources: &mut Sources,
) -> Result<(), Failure> {
    if !world.terminal.is_present() {
        return Ok(());
    }
    confirm_readings(world, sources)?;
    for source in &mut sources.read {
        let shown = source.shown();
        let mut kept = Vec::with_capacity(source.reading.records.len());
        for mut candidate in std::mem::take(&mut source.reading.records) {
            let open = !candidate.key_id_candidates.is_empty() && candidate.key_id == KeyId::Unknown;
            if !open && !candidate.password.is_weak() {
                kept.push(candidate);
                continue;
            }
            let known = match vault.as_mut() {
                Some(vault) => vault.are_known(&[&candidate.password])?.contains(&true),
                None => false,
            };
            if known || !candidate.password.is_weak() || take_weak(world, &shown, &candidate)? {
                if open && !known && choose_id(world, &shown, &mut candidate)? {
                    let Reading { remarks, members, .. } = &mut source.reading;
                    let is_of_it = |remark: &Remark| {
                        let member = remark.member.and_then(|member| members.get(member));
                        remark.place == Some(candidate.place) && member == candidate.inside.as_ref()
                    };
                    remarks.retain(|remark| remark.kind != RemarkKind::AmbiguousPairing || !is_of_it(remark));
                }
                kept.push(candidate);
            }
        }
        if kept.is_empty()
            && !source.reading.remarks.is_empty()
            && source.reading.has_trace()
            && source.reading.refusal().is_none()
        {
            source.declined = true;
        }
        source.reading.records = kept;
    }
    Ok(())
}

/// Whether one was chosen.
fn choose_id(world: &mut World<'_>, shown: &str, candidate: &mut Candidate) -> Result<bool, Failure> {
    let choices: Vec<String> = candidate.key_id_candidates.iter().map(Guid::to_string).collect();
    let question =
        format!("More than one Key ID may belong to the key {} of {shown}. Which does?", at(candidate.place));
    let Some(chosen) = question::which(world, &question, &choices)? else { return Ok(false) };
    candidate.key_id = KeyId::Full(candidate.key_id_candidates[chosen]);
    candidate.key_id_candidates.clear();
    Ok(true)
}

fn take_weak(world: &mut World<'_>, shown: &str, candidate: &Candidate) -> Result<bool, Failure> {
    let place = at(candidate.place);
    question::ask(
        world,
        &format!(
            "The key {place} of {shown} has the same group eight times; Windows makes no such key. Store it all the same?"
        ),
    )
}

fn at(place: Place) -> String {
    match place {
        Place::Line(line) => format!("on line {line}"),
        Place::Record(record) => format!("in record {record}"),
    }
}

/// Letters that were read as digits must be compared by a person; without one the key is kept and says so.
fn confirm_readings(world: &mut World<'_>, sources: &mut Sources) -> Result<(), Failure> {
    for source in &mut sources.read {
        let doubtful = source.reading.remarks.iter().any(|remark| matches!(remark.kind, RemarkKind::ConfirmWithUser));
        if doubtful
            && !question::ask(
                world,
                &format!(
                    "In {} some letters were read as the digits they look like, and the result is a sound key. Take it in?",
                    source.shown()
                ),
            )?
        {
            source.reading.records.clear();
            source.declined = true;
        }
    }
    Ok(())
}
