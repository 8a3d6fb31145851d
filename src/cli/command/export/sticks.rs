//! Asks a person which of the attached sticks to use.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::outlet::printable;
use crate::cli::world::World;
use drivekey_flows::give_out::{AttachedStick, attached_sticks};

/// Asks for one of them.
pub(super) fn choose(world: &mut World<'_>) -> Result<PathBuf, Failure> {
    if !world.terminal.is_present() {
        return Err(Failure::usage(
            "it is not said where the key files go",
            "name the stick, or a folder on it, with --to PATH",
        ));
    }
    let mut sticks = attached_sticks(&world.surroundings.drives);
    if sticks.is_empty() {
        return Err(Failure::new(
            Exit::NotFound,
            "no stick is plugged in, or its files cannot be reached",
            "plug one in and open it once, or name a folder with --to PATH",
        ));
    }
    let mut list = String::from("Plugged in:\n");
    for (at, stick) in sticks.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = writeln!(list, "  {}  {}{}", at + 1, printable(&stick.place), about(stick));
    }
    world.terminal.say(&list)?;
    loop {
        let answer = world.terminal.ask_line("Which one? Its number, or Enter for none: ")?;
        if answer.trim().is_empty() {
            return Err(Failure::refused("nothing was written", ""));
        }
        match answer.trim().parse::<usize>() {
            Ok(number) if (1..=sticks.len()).contains(&number) => return Ok(sticks.swap_remove(number - 1).place),
            _ => world.terminal.say(&format!("Please type a number from 1 to {}.\n", sticks.len()))?,
        }
    }
}

/// What is known of a stick, in brackets.
fn about(stick: &AttachedStick) -> String {
    let label = stick.label.as_ref().map(|label| format!("\"{label}\""));
    let known = [label, stick.size_bytes.map(size), stick.file_system.as_ref().map(ToString::to_string)];
    let known: Vec<String> = known.into_iter().flatten().collect();
    if known.is_empty() { String::new() } else { format!("  ({})", known.join(", ")) }
}

/// As it stands on the stick's own shell: in thousands.
fn size(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000)];
    let unit = UNITS.into_iter().find(|(_, unit)| bytes >= *unit);
    unit.map_or_else(
        || format!("{bytes} bytes"),
        |(name, unit)| format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_on_the_shell() {
        let shown: Vec<String> = [512, 16_000_000, 15_937_302_528, 2_000_398_934_016].into_iter().map(size).collect();
        assert_eq!(shown, ["512 bytes", "16.0 MB", "15.9 GB", "2.0 TB"]);
    }
}
