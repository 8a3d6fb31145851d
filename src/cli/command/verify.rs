//! `verify`: checks everything in the vault, accepts a copy, repairs.

use crate::cli::args::{Shared, VerifyArgs};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, capital, fault_words};
use crate::cli::guard;
use crate::cli::outlet::printable;
use crate::cli::progress::Bar;
use crate::cli::session::{exit_with_doubts, locked, unlocked, vault_path};
use crate::cli::{json, passphrase, question, world::World};
use drivekey_flows::verify::{self, MendError};
use drivekey_vault::{Unlocked, Vault, Verification};

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &VerifyArgs) -> Result<Exit, Failure> {
    if args.accept_copy {
        return accept_copy(world, shared);
    }
    let mut vault = unlocked(world, shared)?;
    if args.set_aside {
        return set_aside(world, shared, &vault);
    }
    let mut verification = verify::verify(&mut vault, &bar(world))?;
    if args.repair && !verification.faults.is_empty() {
        verification = repair(world, &mut vault, &verification)?;
    }
    let is_doubtful = verify::is_doubtful(&vault);
    report(world, shared, args, &verification, is_doubtful)?;
    guard::warn_of_vaults_place(world, &mut vault)?;
    if verification.faults.is_empty() {
        return Ok(exit_with_doubts(&vault));
    }
    Ok(Exit::Damaged)
}

fn bar(world: &World<'_>) -> Bar {
    Bar::new(world, "records")
}

/// `is_doubtful`: what was read may not be the latest state of the vault, which was said already.
fn report(
    world: &mut World<'_>,
    shared: &Shared,
    args: &VerifyArgs,
    verification: &Verification,
    is_doubtful: bool,
) -> Result<(), Failure> {
    if shared.json {
        let faults: Vec<_> = verification
            .faults
            .iter()
            .map(|fault| serde_json::json!({ "handle": fault.handle, "problem": fault_words(fault) }))
            .collect();
        return json::print(
            world.out,
            &serde_json::json!({ "whole": verification.whole, "faults": faults, "doubtful": is_doubtful }),
        );
    }
    for fault in &verification.faults {
        writeln!(world.out, "Wrong: {}", fault_words(fault))?;
    }
    let count = if verification.whole == 0 {
        "no record is".to_owned()
    } else if verification.whole == 1 {
        "1 record is".to_owned()
    } else {
        format!("{} records are", verification.whole)
    };
    if verification.faults.is_empty() && is_doubtful {
        writeln!(
            world.out,
            "{} whole in what was read; the warning says why that may not be the latest.",
            capital(&count)
        )?;
    } else if verification.faults.is_empty() {
        let held = if verification.whole == 0 { "the vault is empty".to_owned() } else { format!("{count} whole") };
        writeln!(world.out, "All is well: {held}, and nothing is missing.")?;
    } else {
        writeln!(
            world.out,
            "{} whole. Keep this file as it is, and compare it with a copy or backup.",
            capital(&count)
        )?;
        let next = if args.repair {
            "The rest cannot be mended: if you still have its key files, import them again."
        } else {
            "'drivekey verify --repair' mends what can be mended without losing anything."
        };
        writeln!(world.err, "{next}")?;
    }
    Ok(())
}

fn accept_copy(world: &mut World<'_>, shared: &Shared) -> Result<Exit, Failure> {
    let path = vault_path(world, shared)?;
    let vault = locked(world, &path)?;
    let what = format!(
        "From now on this machine takes {} for the right copy.\nDo this only if you put it there yourself, for \
         example from a backup.\n",
        printable(&path)
    );
    question::typed(world, &what, "ACCEPT")?;
    let given = passphrase::given(world, &shared.passphrase)?;
    let passphrase = match given {
        Some(given) => given,
        None => passphrase::ask(world, "Passphrase: ")?,
    };
    vault.accept_copy(&passphrase)?;
    writeln!(world.err, "This copy is now the one that this machine knows.")?;
    Ok(Exit::Done)
}

/// Renames what is refused beside the vault, so that changes are possible again. Nothing is deleted.
fn set_aside(world: &mut World<'_>, shared: &Shared, vault: &Vault<Unlocked>) -> Result<Exit, Failure> {
    let refused = vault.refused();
    if refused.is_empty() {
        writeln!(world.err, "Nothing lies beside the vault that does not belong to it.")?;
        return Ok(Exit::Done);
    }
    let asked =
        "Rename it? Nothing is deleted; but if it is the vault's own, a change that was broken off stays half done.";
    let no_answer = || Failure::no_terminal("this needs an answer", "answer with --yes");
    if !question::confirm(world, shared.yes, asked, no_answer)? {
        return Err(Failure::refused("nothing was renamed", ""));
    }
    let mut renamed = Vec::new();
    let outcome = verify::set_aside(vault, |file, aside| renamed.push((file, aside)));
    for (file, aside) in renamed {
        writeln!(world.err, "{} is now {}.", file.display(), aside.display())?;
    }
    outcome?;
    writeln!(world.err, "Run 'drivekey verify' to see that the vault is whole.")?;
    Ok(Exit::Done)
}

fn repair(world: &mut World<'_>, vault: &mut Vault<Unlocked>, found: &Verification) -> Result<Verification, Failure> {
    for fault in &found.faults {
        writeln!(world.err, "Wrong: {}", fault_words(fault))?;
    }
    let what = "The vault will be taken as it stands: its indexes are built anew, its count and keyslots are taken as \
                they are.\nRecords that are missing stay missing, and those that do not open stay named. A copy of \
                the file is kept beside it.\n";
    question::typed(world, what, "REPAIR")?;
    let kept = verify::keep_copy(vault).map_err(|error| match error {
        MendError::Vault(error) => error.into(),
        MendError::Copy(error) => error.into(),
        MendError::TooManyCopies => {
            Failure::refused("there are too many copies from earlier repairs", "move them away")
        }
    })?;
    writeln!(world.err, "The file as it was is kept as {}", printable(&kept))?;
    Ok(verify::mend(vault, &bar(world))?)
}
