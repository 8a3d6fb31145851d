//! `passphrase`: a new passphrase in place of the one that opened the vault.

use crate::cli::args::{NewPassphraseArgs, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::passphrase::{New, choose};
use crate::cli::session::{exit_over, unlocked};
use crate::cli::{json, world::World};
use crate::seal::calibrate;

/// What changing a passphrase does not do.
pub(super) const REVOKES_NOTHING: &str = "Whoever copied the vault before and knows the old passphrase can still open that copy. If you fear that, let Windows make new recovery keys and import those.";

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &NewPassphraseArgs) -> Result<Exit, Failure> {
    let mut vault = unlocked(world, shared)?;
    let passphrase = choose(world, new(args), shared.yes)?;
    let cost = calibrate(world.kdf.limits, world.kdf.target, vault.passphrase_cost()).map_err(Failure::from)?;
    let slot = vault.change_passphrase(&passphrase, cost)?;
    if shared.json {
        json::print(world.out, &serde_json::json!({ "slot": slot.to_string() }))?;
    } else {
        writeln!(world.err, "The passphrase is changed.")?;
        writeln!(world.err, "{REVOKES_NOTHING}")?;
    }
    Ok(exit_over(&vault))
}

pub(super) fn new(args: &NewPassphraseArgs) -> New<'_> {
    match (&args.new_passphrase_file, args.generate) {
        (Some(path), _) => New::File(path),
        (None, true) => New::Generated,
        (None, false) => New::Asked,
    }
}
