//! `find`: records by Key ID or words, never digits.

use crate::cli::args::{FindArgs, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::{end_over, note_reading, refuse_digits, unlocked};
use crate::cli::{json, table, world::World};
use drivekey_vault::ReadAs;

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &FindArgs) -> Result<Exit, Failure> {
    let typed = args.words.join(" ");
    refuse_digits(&typed)?;
    let mut vault = unlocked(world, shared)?;
    let found = vault.find(&args.words)?;
    if shared.json {
        let read_as = if found.read_as == ReadAs::LookAlike { "lookAlike" } else { "typed" };
        json::print(world.out, &json::Entries { read_as: Some(read_as), ..json::Entries::new(&found.entries) })?;
    } else if !found.entries.is_empty() {
        table::entries(world.out, found.entries.clone())?;
    }
    if found.entries.is_empty() {
        return Err(Failure::new(
            Exit::NotFound,
            format!("nothing in this vault fits \"{typed}\""),
            "try fewer or other characters; the key may be in another vault, in your Microsoft account (aka.ms/myrecoverykey), or with your administrator",
        ));
    }
    note_reading(world, &found, &typed)?;
    if found.read_as == ReadAs::LookAlike && found.entries.len() > 1 {
        return Err(Failure::new(
            Exit::Ambiguous,
            format!("no Key ID has \"{typed}\", and several look like it"),
            "compare all 8 characters with your screen and type them again",
        ));
    }
    if let ([first, others @ ..], false) = (&found.entries[..], shared.json) {
        let whose = if others.is_empty() { "its digits" } else { "the digits of one" };
        writeln!(world.err, "To see {whose}: drivekey show {}", first.handle)?;
    }
    end_over(&vault, &found.faults, "what is listed is sound")
}
