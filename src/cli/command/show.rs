//! `show`: shows the digits of one record, on the screen, group by group, or puts them into the clipboard.

use std::time::Duration;

use serde::Serialize;
use serde::ser::SerializeMap;

use crate::cli::args::{Shared, ShowArgs};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::guard::{self, Holding};
use crate::cli::session::{end_with_faults, one_sound_entry, unlocked};
use crate::cli::{json, table, world::World};
use drivekey_record::GROUPS;
use drivekey_vault::Entry;
use drivekey_vault::reveal::{Revealed, reveal};

/// How long digits stay in the clipboard.
const CLIPBOARD: Duration = Duration::from_secs(20);

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &ShowArgs) -> Result<Exit, Failure> {
    let mut vault = unlocked(world, shared)?;
    let (entry, faults) = one_sound_entry(world, &mut vault, &args.id.id)?;
    guard::check_output(world, &mut vault, &Holding::Records(std::slice::from_ref(&entry)))?;
    let revealed = reveal(&mut vault, &entry)?;
    let end = end_with_faults(
        &vault,
        &faults,
        "what is shown is sound, but compare its Key ID with your screen: another record may be the one",
    );
    drop(vault);
    if shared.json {
        json::print(world.out, &WithKey(&revealed))?;
    } else if args.copy {
        copy(world, &revealed)?;
    } else if args.read_aloud {
        read_aloud(world, &revealed)?;
    } else {
        screen(world, &revealed)?;
    }
    end
}

/// The record and its digits, laid out as the recovery screen wants them typed.
fn screen(world: &mut World<'_>, revealed: &Revealed) -> Result<(), Failure> {
    table::one(world.out, &revealed.entry)?;
    writeln!(world.out)?;
    if let Some(digits) = revealed.key.digits() {
        for (at, group) in digits.groups().enumerate() {
            let end = if at % (GROUPS / 2) == GROUPS / 2 - 1 { "\n" } else { "" };
            write!(world.out, "   {}: {group}{end}", at + 1)?;
        }
        writeln!(world.out, "\nRecovery key  {}", digits.as_str())?;
    } else {
        writeln!(world.out, "Key  {}", revealed.key.shown().as_str())?;
    }
    world.settle()?;
    if let Some(removed) = revealed.entry.details.removed {
        writeln!(world.err, "This key has been in the trash since {}.", removed.format("%Y-%m-%d"))?;
    }
    if world.surroundings.out_is_terminal && world.terminal.is_present() {
        if revealed.key.digits().is_some() {
            world.terminal.say(
                "\nOn the recovery screen type the groups in order; F1 to F10 stand for 1 to 0 where \
                                number keys do not work.\n",
            )?;
        }
        let _ = world.terminal.ask_line("Press Enter to clear the screen. ")?;
        world.terminal.clear()?;
    }
    Ok(())
}

/// Shows one group at a time, so that whoever reads aloud and whoever types keep the same place.
fn read_aloud(world: &mut World<'_>, revealed: &Revealed) -> Result<(), Failure> {
    if !world.terminal.is_present() {
        return Err(Failure::no_terminal("reading aloud goes group by group", "leave --read-aloud out"));
    }
    let Some(digits) = revealed.key.digits() else {
        let Entry { handle, details, .. } = &revealed.entry;
        return Err(Failure::refused(
            format!("{handle} is a key of the kind {} and has no groups to read out", details.kind),
            "leave --read-aloud out",
        ));
    };
    table::one(world.out, &revealed.entry)?;
    world.settle()?;
    for (at, group) in digits.groups().enumerate() {
        let spoken: zeroize::Zeroizing<String> = spaced(group);
        world.terminal.say(&format!("\nGroup {} of {GROUPS}:   ", at + 1))?;
        world.terminal.say(&spoken)?;
        let next = if at + 1 == GROUPS { "Enter clears the screen" } else { "Enter for the next" };
        let _ = world.terminal.ask_line(&format!("     ({next}) "))?;
    }
    world.terminal.clear()?;
    Ok(())
}

/// `471 207` as `4 7 1   2 0 7`: digits are read out one by one, in threes.
fn spaced(group: &str) -> zeroize::Zeroizing<String> {
    let mut text = zeroize::Zeroizing::new(String::with_capacity(group.len() * 4));
    for (at, digit) in group.chars().enumerate() {
        text.push_str(match at {
            0 => "",
            3 => "   ",
            _ => " ",
        });
        text.push(digit);
    }
    text
}

fn copy(world: &mut World<'_>, revealed: &Revealed) -> Result<(), Failure> {
    world.clipboard.put_for(revealed.key.as_str(), CLIPBOARD)?;
    table::one(world.out, &revealed.entry)?;
    writeln!(world.err, "The recovery key is in the clipboard for {} seconds.", CLIPBOARD.as_secs())?;
    Ok(())
}

/// A record with Graph's `key` beside its other properties. It is written straight to the output.
struct WithKey<'a>(&'a Revealed);

impl Serialize for WithKey<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in json::entry(&self.0.entry) {
            map.serialize_entry(&name, &value)?;
        }
        map.serialize_entry("key", self.0.key.as_str())?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_read_in_threes() {
        assert_eq!(*spaced("471207"), "4 7 1   2 0 7");
    }
}
