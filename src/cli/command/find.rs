//! `find`: lists records by Key ID or words, never digits.

use crate::cli::args::{FindArgs, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::{end_with_faults, note_look_alike, refuse_digits, unlocked};
use crate::cli::{json, table, world::World};
use drivekey_flows::lookup::{Answer, find};

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &FindArgs) -> Result<Exit, Failure> {
    let typed = args.words.join(" ");
    refuse_digits(&typed)?;
    let mut vault = unlocked(world, shared)?;
    let answer = find(&mut vault, &args.words)?;
    let entries = answer.entries();
    if shared.json {
        let read_as = if answer.is_look_alike() { "lookAlike" } else { "typed" };
        json::print(world.out, &json::Entries { read_as: Some(read_as), ..json::Entries::new(entries) })?;
    } else if !entries.is_empty() {
        table::entries(world.out, entries.to_vec())?;
    }
    match &answer {
        Answer::Nothing => {
            return Err(Failure::new(
                Exit::NotFound,
                format!("nothing in this vault fits \"{typed}\""),
                "try fewer or other characters; the key may be in another vault, in your Microsoft account \
                 (aka.ms/myrecoverykey), or with your administrator",
            ));
        }
        Answer::LookAlikes(_) => {
            return Err(Failure::new(
                Exit::Ambiguous,
                format!("no Key ID has \"{typed}\", and several look like it"),
                "compare all 8 characters with your screen and type them again",
            ));
        }
        Answer::LookAlike(entry) => note_look_alike(world, entry, &typed)?,
        Answer::Hits { .. } => {}
    }
    if let ([first, others @ ..], false) = (entries, shared.json) {
        let whose = if others.is_empty() { "its digits" } else { "the digits of one" };
        writeln!(world.err, "To see {whose}: drivekey show {}", first.handle)?;
    }
    end_with_faults(&vault, answer.faults(), "what is listed is sound")
}
