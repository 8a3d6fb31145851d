//! Asks the person at the terminal: yes or no, and typed confirmations.

use super::failure::Failure;
use super::world::World;

/// A question that `--yes` answers. Without a terminal and without `--yes` it is a refusal.
pub(super) fn confirm(
    world: &mut World<'_>,
    yes: bool,
    question: &str,
    refusal: impl FnOnce() -> Failure,
) -> Result<bool, Failure> {
    if yes {
        return Ok(true);
    }
    if !world.terminal.is_present() {
        return Err(refusal());
    }
    ask(world, question)
}

/// Asks a question that only a person may answer.
pub(super) fn ask(world: &mut World<'_>, question: &str) -> Result<bool, Failure> {
    loop {
        let answer = world.terminal.ask_line(&format!("{question} [y/N] "))?;
        match answer.trim().to_lowercase().as_str() {
            "y" | "yes" => return Ok(true),
            "" | "n" | "no" => return Ok(false),
            _ => world.terminal.say("Please answer y or n.\n")?,
        }
    }
}

/// A question to which Enter says yes: what was asked for is about to happen.
pub(super) fn go_on(world: &mut World<'_>, question: &str) -> Result<bool, Failure> {
    loop {
        let answer = world.terminal.ask_line(&format!("{question} [Y/n] "))?;
        match answer.trim().to_lowercase().as_str() {
            "" | "y" | "yes" => return Ok(true),
            "n" | "no" => return Ok(false),
            _ => world.terminal.say("Please answer y or n.\n")?,
        }
    }
}

/// One of a numbered list, from 1; `None` for Enter.
pub(super) fn which(world: &mut World<'_>, question: &str, choices: &[String]) -> Result<Option<usize>, Failure> {
    world.terminal.say(&format!("{question}\n"))?;
    for (at, choice) in choices.iter().enumerate() {
        world.terminal.say(&format!("  {}  {choice}\n", at + 1))?;
    }
    loop {
        let answer = world.terminal.ask_line("Number, or Enter for none: ")?;
        match answer.trim() {
            "" => return Ok(None),
            text => match text.parse::<usize>() {
                Ok(number) if (1..=choices.len()).contains(&number) => return Ok(Some(number - 1)),
                _ => world.terminal.say(&format!("Please type a number from 1 to {}.\n", choices.len()))?,
            },
        }
    }
}

/// Asks for a confirmation that must be typed out. No option replaces it.
pub(super) fn typed(world: &mut World<'_>, what: &str, expected: &str) -> Result<(), Failure> {
    if !world.terminal.is_present() {
        return Err(Failure::no_terminal("this must be confirmed by typing", "start the program in a terminal"));
    }
    world.terminal.say(what)?;
    let answer = world.terminal.ask_line(&format!("Type {expected} to go on: "))?;
    if answer.trim() == expected { Ok(()) } else { Err(Failure::refused("not confirmed; nothing was changed", "")) }
}
