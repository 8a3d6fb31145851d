//! `passphrase`: replaces the passphrase that opened the vault.

use crate::cli::args::{NewPassphraseArgs, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::passphrase::{NewPassphrase, choose};
use crate::cli::session::{exit_with_doubts, unlocked};
use crate::cli::{json, world::World};
use drivekey_flows::slots::{self, Changed};

/// What taking a door away does not do: the secret behind all doors stays the same.
pub(super) fn still_opens(door: &str) -> String {
    format!(
        "{door} still opens every copy of the file from before, and this file too if somebody puts the old keyslot \
         back into it. \
         If that matters, let Windows make new recovery keys and import those into a new vault."
    )
}

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &NewPassphraseArgs) -> Result<Exit, Failure> {
    let mut vault = unlocked(world, shared)?;
    let passphrase = choose(world, new(args), shared.yes)?;
    let Changed { slot, is_in_place } = slots::change_passphrase(&mut vault, &passphrase, world.kdf)?;
    if shared.json {
        json::print(world.out, &serde_json::json!({ "slot": slot.to_string() }))?;
    } else if !is_in_place {
        // A kit opened the vault, so it is not known which of several passphrases was forgotten.
        writeln!(world.err, "The new passphrase opens the vault, and so do the others: none of them was taken away.")?;
        writeln!(world.err, "'drivekey keyslot list' shows them, 'drivekey keyslot remove SLOT' removes one.")?;
    } else {
        writeln!(world.err, "The passphrase is changed.")?;
        writeln!(world.err, "{}", still_opens("The old passphrase"))?;
    }
    Ok(exit_with_doubts(&vault))
}

pub(super) fn new(args: &NewPassphraseArgs) -> NewPassphrase<'_> {
    match (&args.new_passphrase_file, args.generate) {
        (Some(path), _) => NewPassphrase::File(path),
        (None, true) => NewPassphrase::Generated,
        (None, false) => NewPassphrase::Asked,
    }
}
