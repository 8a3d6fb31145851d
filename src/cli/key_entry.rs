//! Reads a recovery key from a person or a pipe: group by group on a terminal, where a wrong group is named at once.

use std::io::Read;

use zeroize::Zeroizing;

use super::failure::{Failure, password_sentence, problem_words};
use super::world::World;
use drivekey_record::{GROUP_DIGITS, GROUPS, RecoveryPassword, check_group};

/// The most characters of a key, however it is typed.
const STDIN_BYTES: u64 = 4096;

/// From standard input.
pub(super) fn from_stdin(world: &mut World<'_>) -> Result<RecoveryPassword, Failure> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(4097));
    world.input.take(STDIN_BYTES + 1).read_to_end(&mut bytes)?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Failure::usage("standard input is not text", "give the recovery key as plain text"))?;
    Ok(RecoveryPassword::parse(text.trim())?)
}

/// Typed on the terminal: all at once, or group by group.
pub(super) fn typed(world: &mut World<'_>) -> Result<RecoveryPassword, Failure> {
    if !world.terminal.is_present() {
        return Err(Failure::no_terminal("the recovery key is needed", "give it on standard input with --key-stdin"));
    }
    world.terminal.say("Type the recovery key group by group, or paste all of it.\n")?;
    let mut whole = Zeroizing::new(String::with_capacity(GROUPS * (GROUP_DIGITS + 1)));
    let mut group = 1;
    while group <= GROUPS {
        let line = world.terminal.ask_line(&format!("Group {group} of {GROUPS}: "))?;
        if line.trim().is_empty() {
            continue;
        }
        if group == 1 && digits_in(&line) > GROUP_DIGITS {
            match RecoveryPassword::parse(&line) {
                Ok(password) => return Ok(password),
                Err(error) => {
                    world.terminal.say(&format!("That is not it: {}.\n", password_sentence(error)))?;
                    continue;
                }
            }
        }
        match check_group(&line) {
            Ok(()) => {
                whole.push_str(&line);
                whole.push('-');
                group += 1;
            }
            Err(problem) => {
                world.terminal.say(&format!("Group {group} {}. Type it again.\n", problem_words(problem)))?;
            }
        }
    }
    Ok(RecoveryPassword::parse(whole.trim_end_matches('-'))?)
}

fn digits_in(line: &str) -> usize {
    line.chars().filter(|c| drivekey_record::fold_digit(*c).is_some()).count()
}
