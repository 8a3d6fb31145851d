//! Reads an emergency kit: typed line by line from its page, or from a scan, a photo or a text file. Never from an
//! argument.

use std::path::Path;

use zeroize::Zeroizing;

use super::args::PassphraseArgs;
use super::exit::Exit;
use super::failure::Failure;
use super::world::World;
use drivekey_flows::ScanReader;
use drivekey_flows::kit::{NoKit, identity, read_kit};
use drivekey_sheet::{KitTextError, ScanError, parse_kit};
use drivekey_vault::seal::KitIdentity;

/// Lines of a kit behind its first, which is the same on every page.
const LINES: usize = 4;
/// The most letters of a line with its check letters. A whole kit on one line has more.
const LINE_CHARS: usize = 40;

/// The kit that the command line speaks of; `None` when it speaks of none.
pub(super) fn given(world: &mut World<'_>, args: &PassphraseArgs) -> Result<Option<KitIdentity>, Failure> {
    match &args.kit_file {
        Some(path) => from_file(world.scans, path).map(Some),
        None if args.kit => typed(world).map(Some),
        None => Ok(None),
    }
}

/// From a scan, a photo, a PDF or a text file.
pub(super) fn from_file(scans: &dyn ScanReader, path: &Path) -> Result<KitIdentity, Failure> {
    let nothing = |hint: &str| Failure::usage(format!("there is no emergency kit in {}", path.display()), hint);
    read_kit(scans, path).map_err(|error| match error {
        NoKit::Unreadable(error) => Failure::usage(
            format!("the kit cannot be read from {}", path.display()),
            super::remarks::gather_words(&error),
        ),
        NoKit::Scan(ScanError::TooLarge) => nothing("the file is too large for a scan"),
        NoKit::Scan(ScanError::GaveUp) => {
            nothing("drawing it took too much memory or time; scan the page again, or type it with --kit")
        }
        NoKit::Scan(ScanError::Damaged | ScanError::Format) => {
            nothing("the picture is damaged; scan the page again, or type it with --kit")
        }
        NoKit::Scan(ScanError::NotInThisBuild) => Failure::new(
            Exit::Failed,
            "this drivekey was built without the reading of pictures and PDFs",
            "type the kit with --kit, or use the full program",
        ),
        NoKit::NotOnScan => nothing("scan the page flat, at 150 dots per inch or more, or type it with --kit"),
        NoKit::Text(error) => Failure::usage(words(error), "compare the file with the page"),
        NoKit::NoKey => opens_nothing(),
    })
}

/// Reads it line by line from the terminal. A wrong line is named and asked for again, and the screen is cleared at the
/// end.
pub(super) fn typed(world: &mut World<'_>) -> Result<KitIdentity, Failure> {
    if !world.terminal.is_present() {
        return Err(Failure::no_terminal(
            "the emergency kit is needed",
            "give a scan or text of it with --kit-file FILE",
        ));
    }
    world.terminal.say(
        "Type the lines of the kit that begin with a number, with the letters behind the colon; spaces \
         do not matter.\n",
    )?;
    let mut lines: Vec<Zeroizing<String>> = Vec::with_capacity(LINES);
    while lines.len() < LINES {
        let line = ask(world, lines.len() + 1)?;
        let whole = lines.is_empty() && line.chars().filter(|c| !c.is_whitespace()).count() > LINE_CHARS;
        lines.push(line);
        if whole {
            break;
        }
    }
    loop {
        let mut text = Zeroizing::new(String::with_capacity(lines.iter().map(|line| line.len() + 1).sum()));
        for line in &lines {
            text.push_str(line);
            text.push('\n');
        }
        match parse_kit(&text) {
            Ok(kit) => {
                world.terminal.clear()?;
                return identity(&kit).map_err(|_| opens_nothing());
            }
            Err(error @ KitTextError::Line { line }) if (1..=lines.len()).contains(&line) => {
                world.terminal.say(&format!("{}. Type it again.\n", super::failure::capital(&words(error))))?;
                lines[line - 1] = ask(world, line)?;
            }
            Err(error) => return Err(Failure::usage(words(error), "begin again, and compare each line with the page")),
        }
    }
}

fn ask(world: &mut World<'_>, line: usize) -> Result<Zeroizing<String>, Failure> {
    loop {
        let text = world.terminal.ask_line(&format!("Line {line} of {LINES}: "))?;
        if !text.trim().is_empty() {
            return Ok(text);
        }
    }
}

fn opens_nothing() -> Failure {
    Failure::new(Exit::WrongPassphrase, "this is no emergency kit", "compare it with the page")
}

fn words(error: KitTextError) -> String {
    match error {
        KitTextError::Line { line } => format!("line {line} of the kit is mistyped"),
        KitTextError::NotAKit => "this is no emergency kit".to_owned(),
        KitTextError::Somewhere => "something in the kit is mistyped".to_owned(),
    }
}
