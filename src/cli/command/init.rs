//! `init`: makes a new vault.

use crate::cli::args::{InitArgs, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::outlet::printable;
use crate::cli::passphrase::{NewPassphrase, given};
use crate::cli::session::{create, vault_path};
use crate::cli::{json, world::World};

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &InitArgs) -> Result<Exit, Failure> {
    let path = vault_path(world, shared)?;
    let new = match given(world, &shared.passphrase)? {
        Some(passphrase) => NewPassphrase::Given(passphrase),
        None if args.generate => NewPassphrase::Generated,
        None => NewPassphrase::Asked,
    };
    create(world, &path, new, shared.yes)?;
    if shared.json {
        json::print(world.out, &serde_json::json!({ "vault": path.display().to_string() }))?;
    } else {
        writeln!(world.out, "A new vault lies at {}", printable(&path))?;
        writeln!(
            world.err,
            "Without its passphrase nobody can open it, not even we: keep a copy of the passphrase on paper."
        )?;
        writeln!(world.err, "Next: 'drivekey import PATH' takes in the key files of a folder or stick.")?;
    }
    Ok(Exit::Done)
}
