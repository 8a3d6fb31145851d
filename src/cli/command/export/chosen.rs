//! Which keys an export is about, and how the command ends.

use crate::cli::args::Which;
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, faults_sentence};
use crate::cli::session::{end_with_faults, exit_with_doubts, one_sound_entry};
use crate::cli::world::World;
use drivekey_flows::give_out::{Choice, Chosen, GiveOutError};
use drivekey_vault::{Filter, TrashFilter, Unlocked, Vault};

/// Finds what was asked for.
pub(super) fn choose(world: &mut World<'_>, vault: &mut Vault<Unlocked>, which: &Which) -> Result<Choice, Failure> {
    let choice = if which.ids.is_empty() {
        let (device, volume_type) = (which.device.clone(), which.volume_type);
        Choice::fitting(vault, &Filter { device, volume_type, trash: TrashFilter::Without })?
    } else {
        named(world, vault, &which.ids)?
    };
    if choice.entries.is_empty() && choice.faults.is_empty() {
        return Err(Failure::new(Exit::NotFound, "there is no such key to export", "'drivekey list' shows all keys"));
    }
    Ok(choice)
}

/// The records that were named one by one, as far as they are sound.
pub(in crate::cli::command) fn named(
    world: &mut World<'_>,
    vault: &mut Vault<Unlocked>,
    ids: &[String],
) -> Result<Choice, Failure> {
    let (mut entries, mut faults) = (Vec::with_capacity(ids.len()), Vec::new());
    for id in ids {
        let (entry, others) = one_sound_entry(world, vault, id)?;
        entries.push(entry);
        faults.extend(others);
        faults.dedup();
    }
    Ok(Choice::of(entries, faults))
}

/// How a command ends that exported them.
pub(super) fn exit(chosen: &Chosen, noted: bool, vault: &Vault<Unlocked>) -> Result<Exit, Failure> {
    if !chosen.faults.is_empty() {
        return end_with_faults(vault, &chosen.faults, "what was exported is sound");
    }
    let exit = exit_with_doubts(vault);
    Ok(if exit == Exit::Done && !noted { Exit::Partly } else { exit })
}

impl From<GiveOutError> for Failure {
    fn from(error: GiveOutError) -> Self {
        match error {
            GiveOutError::NothingSound(faults) => Self::new(
                Exit::Damaged,
                faults_sentence(&faults),
                "nothing was exported; 'drivekey verify' names everything that is wrong",
            ),
            GiveOutError::Reveal(error) => error.into(),
        }
    }
}

/// A number of keys, in words.
pub(super) fn counted(keys: usize) -> String {
    if keys == 1 { "1 key".to_owned() } else { format!("{keys} keys") }
}
