//! `purge`: deletes keys in the trash for good, after a typed confirmation.

use crate::cli::args::{PurgeArgs, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, faults_sentence};
use crate::cli::session::{exit_with_doubts, one_entry, unlocked};
use crate::cli::{json, question, table, world::World};
use drivekey_flows::trash::{self, TrashError};
use drivekey_vault::VaultError;

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &PurgeArgs) -> Result<Exit, Failure> {
    let mut vault = unlocked(world, shared)?;
    let one = args.id.as_deref().map(|id| one_entry(world, &mut vault, id)).transpose()?;
    let doomed = trash::doomed(&mut vault, one).map_err(|error| match error {
        TrashError::NotInTrash(handle) => Failure::refused(
            format!("record {handle} is not in the trash"),
            format!("put it there first: 'drivekey remove {handle}'"),
        ),
        TrashError::Vault(VaultError::Faults(faults)) => Failure::new(
            Exit::Damaged,
            faults_sentence(&faults),
            "nothing was changed; 'drivekey verify' names everything that is wrong",
        ),
        other => other.into(),
    })?;
    table::entries(world.err, doomed.clone())?;
    let what = format!(
        "{} will be deleted for good. No one can bring {} back. Copies on sticks, paper and in older copies of the \
         vault stay.\n",
        if doomed.len() == 1 { "This key".to_owned() } else { format!("These {} keys", doomed.len()) },
        if doomed.len() == 1 { "it" } else { "them" },
    );
    question::typed(world, &what, "DELETE")?;
    let handles = trash::purge(&mut vault, &doomed)?;
    if shared.json {
        json::print(world.out, &json::Entries::new(&doomed))?;
    } else {
        writeln!(
            world.err,
            "Deleted for good: {}",
            handles.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        )?;
    }
    Ok(exit_with_doubts(&vault))
}
