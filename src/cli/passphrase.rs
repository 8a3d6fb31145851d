//! Reads a passphrase from the terminal, a file or a descriptor, and has a new one chosen. Never from an argument or an
//! environment variable.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::args::PassphraseArgs;
use super::exit::Exit;
use super::failure::{Failure, capital, unreadable};
use super::question::confirm;
use super::world::World;
use drivekey_vault::seal::make_number_below;

/// The most bytes of a passphrase file.
const FILE_BYTES: u64 = 64 * 1024;
/// zxcvbn's scores go from 0 to 4; below this a passphrase is called weak.
const STRONG_SCORE: u8 = 3;
/// Six words of the 7,776 of the EFF's long list: 77 bits.
const GENERATED_WORDS: usize = 6;
/// How many weak passphrases a person may take back.
const CHOICES: usize = 5;
/// The prompt after that.
const ANOTHER: &str = "Another passphrase (Enter gives up): ";

/// The passphrase that scripts give; `None` when the terminal is to be asked.
pub(super) fn given(world: &mut World<'_>, args: &PassphraseArgs) -> Result<Option<SecretString>, Failure> {
    if let Some(path) = &args.passphrase_file {
        return from_file(path).map(Some);
    }
    args.passphrase_fd.map(|fd| from_descriptor(world, fd)).transpose()
}

/// The first line of a file.
pub(super) fn from_file(path: &Path) -> Result<SecretString, Failure> {
    let mut file = File::open(path).map_err(|error| unreadable(path, &error))?;
    first_line(&mut file).map_err(|problem| problem.into_failure(&path.display().to_string()))
}

fn from_descriptor(world: &mut World<'_>, fd: u32) -> Result<SecretString, Failure> {
    if fd == 0 {
        return first_line(&mut world.input).map_err(|problem| problem.into_failure("standard input"));
    }
    if cfg!(windows) {
        return Err(Failure::usage(
            "on Windows only descriptor 0 can be used",
            "use --passphrase-fd 0 or --passphrase-file FILE",
        ));
    }
    let path = format!("/dev/fd/{fd}");
    let mut file = File::open(&path)
        .map_err(|_| Failure::usage(format!("descriptor {fd} cannot be read"), "open it before the program starts"))?;
    first_line(&mut file).map_err(|problem| problem.into_failure(&format!("descriptor {fd}")))
}

enum LineProblem {
    Unreadable,
    TooLong,
    NotText,
    Empty,
}

impl LineProblem {
    fn into_failure(self, place: &str) -> Failure {
        let (sentence, hint) = match self {
            Self::Unreadable => (format!("the passphrase cannot be read from {place}"), "check the path"),
            Self::TooLong => (
                format!("{place} is too long for a passphrase"),
                "its first line must be the passphrase, and the file small",
            ),
            Self::NotText => (format!("the passphrase in {place} is not text"), "save the file as UTF-8"),
            Self::Empty => (format!("the first line of {place} is empty"), "put the passphrase there"),
        };
        Failure::usage(sentence, hint)
    }
}

/// The first line: byte order mark and UTF-16 understood, line end dropped.
fn first_line(input: &mut dyn Read) -> Result<SecretString, LineProblem> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(FILE_BYTES).unwrap_or(0) + 1));
    input.take(FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|_| LineProblem::Unreadable)?;
    if bytes.len() as u64 > FILE_BYTES {
        return Err(LineProblem::TooLong);
    }
    let encoding = match bytes.as_slice() {
        // PowerShell's '>' writes the mark; other tools leave it out, and a zero is no character of a passphrase.
        [0xFF, 0xFE, ..] | [_, 0, ..] => UTF_16LE,
        [0xFE, 0xFF, ..] | [0, ..] => UTF_16BE,
        _ => UTF_8,
    };
    let (text, bad) = encoding.decode_with_bom_removal(&bytes);
    let mut text = Zeroizing::new(text.into_owned());
    if bad {
        return Err(LineProblem::NotText);
    }
    let end = text.find(['\n', '\r']).unwrap_or(text.len());
    text.truncate(end);
    if text.is_empty() { Err(LineProblem::Empty) } else { Ok(SecretString::from(std::mem::take(&mut *text))) }
}

/// Whether nothing was typed.
pub(super) fn is_empty(passphrase: &SecretString) -> bool {
    // EXPOSE: only its length is looked at.
    passphrase.expose_secret().is_empty()
}

/// Asks for the passphrase of an existing vault.
pub(super) fn ask(world: &mut World<'_>, prompt: &str) -> Result<SecretString, Failure> {
    if !world.terminal.is_present() {
        return Err(Failure::no_terminal(
            "the vault's passphrase is needed",
            "give it with --passphrase-file FILE or --passphrase-fd N",
        ));
    }
    Ok(world.terminal.ask_secret(prompt)?)
}

/// Asks for the passphrase of a vault that would help, but is not needed. `None`: nobody wants to open it.
pub(super) fn ask_or_skip(world: &mut World<'_>) -> Result<Option<SecretString>, Failure> {
    let typed = world.terminal.ask_secret("Passphrase (Enter to go on without the vault): ")?;
    Ok((!is_empty(&typed)).then_some(typed))
}

/// Where a new passphrase comes from.
pub(super) enum NewPassphrase<'a> {
    /// The script gives it.
    Given(SecretString),
    /// The terminal, twice.
    Asked,
    /// The program proposes words.
    Generated,
    /// A file.
    File(&'a Path),
}

/// A new passphrase: asked twice, its strength named.
pub(super) fn choose(world: &mut World<'_>, new: NewPassphrase<'_>, yes: bool) -> Result<SecretString, Failure> {
    let passphrase = match new {
        NewPassphrase::Given(passphrase) => passphrase,
        NewPassphrase::File(path) => from_file(path)?,
        NewPassphrase::Generated => return generated(world),
        NewPassphrase::Asked => return asked(world, yes),
    };
    if accept(world, &passphrase, yes)? { Ok(passphrase) } else { Err(none_chosen()) }
}

fn none_chosen() -> Failure {
    Failure::refused("no passphrase was chosen", "several unrelated words make a good one")
}

/// Whether it is taken: a weak one is named in any case, and taken when a person or `--yes` says so.
fn accept(world: &mut World<'_>, passphrase: &SecretString, yes: bool) -> Result<bool, Failure> {
    // EXPOSE: its strength is estimated.
    let Some(why) = weakness(passphrase.expose_secret()) else { return Ok(true) };
    let sentence = format!("this passphrase is weak: {why}");
    if yes {
        writeln!(world.err, "Warning: {sentence}.")?;
        return Ok(true);
    }
    confirm(world, yes, &format!("{}. Use it all the same?", capital(&sentence)), || {
        Failure::refused(
            sentence.clone(),
            "choose a longer one, or accept it with --yes; 'drivekey init --generate' proposes a strong one",
        )
    })
}

/// Asked until one is taken. Whoever does not want a weak one after all is asked for another: nothing that was answered
/// before is lost, and what is typed next does not land anywhere else.
fn asked(world: &mut World<'_>, yes: bool) -> Result<SecretString, Failure> {
    let mut prompt = "New passphrase: ";
    for _ in 0..CHOICES {
        let Some(passphrase) = asked_twice(world, prompt)? else { return Err(none_chosen()) };
        if accept(world, &passphrase, yes)? {
            return Ok(passphrase);
        }
        prompt = ANOTHER;
    }
    Err(none_chosen())
}

/// `None` when whoever was asked for another gives up.
fn asked_twice(world: &mut World<'_>, prompt: &str) -> Result<Option<SecretString>, Failure> {
    const TRIES: usize = 3;
    if !world.terminal.is_present() {
        return Err(Failure::no_terminal(
            "a new passphrase is needed",
            "give it with --passphrase-file FILE or --passphrase-fd N",
        ));
    }
    for _ in 0..TRIES {
        let first = world.terminal.ask_secret(prompt)?;
        if is_empty(&first) {
            if prompt == ANOTHER {
                return Ok(None);
            }
            world.terminal.say("The passphrase is empty. Several unrelated words make a good one.\n")?;
            continue;
        }
        let second = world.terminal.ask_secret("The same again:  ")?;
        // EXPOSE: what was typed twice is compared.
        if first.expose_secret() == second.expose_secret() {
            return Ok(Some(first));
        }
        world.terminal.say("The two are not the same.\n")?;
    }
    Err(Failure::new(Exit::Failed, "no passphrase was chosen", "try again"))
}

/// Proposes words and asks to type them, so that they have been written down or learnt.
fn generated(world: &mut World<'_>) -> Result<SecretString, Failure> {
    if !world.terminal.is_present() {
        return Err(Failure::no_terminal(
            "a proposed passphrase must be shown to somebody",
            "leave --generate out, or start the program in a terminal",
        ));
    }
    let proposed = make_words()?;
    world.terminal.say("Proposed passphrase:\n\n    ")?;
    world.terminal.say(&proposed)?;
    world.terminal.say("\n\nWrite it down and keep it where you would keep a spare house key.\n")?;
    loop {
        let typed = world.terminal.ask_secret("Type it here: ")?;
        // EXPOSE: the typing is compared with the proposal.
        if typed.expose_secret().split_whitespace().eq(proposed.split(' ')) {
            world.terminal.clear()?;
            let mut kept = String::with_capacity(proposed.len());
            kept.push_str(&proposed);
            return Ok(SecretString::from(kept));
        }
        world.terminal.say("That is not it.\n")?;
    }
}

fn make_words() -> Result<Zeroizing<String>, Failure> {
    let list = diceware_wordlists::EFF_LONG_WORDLIST;
    let failure = || Failure::new(Exit::Failed, "the system gave no random numbers", "try again");
    let bound = u32::try_from(list.len()).ok().and_then(std::num::NonZeroU32::new).ok_or_else(failure)?;
    let mut words = Zeroizing::new(String::with_capacity(GENERATED_WORDS * 16));
    for at in 0..GENERATED_WORDS {
        if at > 0 {
            words.push(' ');
        }
        let drawn = make_number_below(bound).map_err(|_| failure())?;
        words.push_str(usize::try_from(drawn).ok().and_then(|drawn| list.get(drawn)).ok_or_else(failure)?);
    }
    Ok(words)
}

/// Why a passphrase is weak, in words; `None` for a strong one.
fn weakness(passphrase: &str) -> Option<String> {
    let estimate = zxcvbn::zxcvbn(passphrase, &["drivekey", "bitlocker", "vault"]);
    if u8::from(estimate.score()) >= STRONG_SCORE {
        return None;
    }
    let why = estimate.feedback().and_then(zxcvbn::feedback::Feedback::warning).map(|warning| warning.to_string());
    let why = why.unwrap_or_else(|| "it could be guessed by trying".to_owned());
    let mut letters = why.trim_end_matches('.').chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(bytes: &[u8]) -> Option<String> {
        first_line(&mut &*bytes).ok().map(|secret| secret.expose_secret().to_owned())
    }

    #[test]
    fn every_way_of_saving_the_file_gives_the_same_line() {
        let utf16 = |text: &str, big: bool| -> Vec<u8> {
            text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        };
        for bytes in [
            b"demo p\xC3\xA4ss".to_vec(),
            b"demo p\xC3\xA4ss\r\nsecond line\r\n".to_vec(),
            b"\xEF\xBB\xBFdemo p\xC3\xA4ss\n".to_vec(),
            utf16("\u{FEFF}demo päss\r\n", false),
            utf16("\u{FEFF}demo päss\r\n", true),
            utf16("demo päss\n", false),
        ] {
            assert_eq!(line(&bytes).as_deref(), Some("demo päss"), "{bytes:?}");
        }
        for bytes in [b"".as_slice(), b"\n", b"\r\nx", b"\xEF\xBB\xBF\n", b"\xFF\xFE\n\0", b"p\xE4ss\n"] {
            assert_eq!(line(bytes), None, "{bytes:?}");
        }
        assert_eq!(line(&vec![b'x'; 65537]), None);
    }

    #[test]
    fn weak_ones_are_named_and_words_are_not() {
        assert!(weakness("password1").is_some());
        assert!(weakness("anna2001").is_some());
        assert!(weakness(&make_words().unwrap()).is_none());
        assert_ne!(*make_words().unwrap(), *make_words().unwrap());
    }
}
