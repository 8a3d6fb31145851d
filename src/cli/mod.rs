//! The command line: arguments, prompts and printing. Errors become a sentence, a hint and an exit code here and
//! nowhere else. Everything outside comes in through [`World`], so that a test can run commands in its own process.

mod args;
mod clipboard;
mod command;
mod copy_note;
mod drive_failure;
mod exit;
mod failure;
mod guard;
mod interrupt;
mod json;
mod key_entry;
mod kit_entry;
mod leftovers;
mod mask;
mod new_file;
mod outlet;
mod passphrase;
mod printer;
mod progress;
mod proving;
mod question;
mod remarks;
mod repairing;
mod saved_header;
#[cfg_attr(not(feature = "scans"), path = "no_scan_reader.rs")]
mod scan_reader;
mod session;
mod standard_input;
mod system;
mod table;
mod terminal;
mod trash;
mod vault_failure;
mod volume_json;
mod volume_words;
mod volumes;
mod world;

use std::ffi::OsString;

use clap::Parser;

use args::{Cli, Command};
pub use exit::Exit;
pub use failure::Failure;
use outlet::{Outlet, TamedTerminal, on_one_line};
pub use system::main;
pub use world::{Clipboard, ClipboardError, KdfPolicy, OutFile, Surroundings, Terminal, World};

/// Runs one command line, the program's name first, and gives the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>, world: &mut World<'_>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(seconds) = clipboard::keeper(&arguments) {
        return match clipboard::keep(world.input, world.out, seconds) {
            Ok(()) => Exit::Done,
            Err(_) => Exit::Failed,
        };
    }
    // Everything that is printed goes through here. What goes to a pipe or a file is for programs and goes as it is;
    // standard error is for people wherever it goes.
    let mut out = Outlet::new(world.out, world.surroundings.out_is_terminal);
    let mut err = Outlet::new(world.err, true);
    let exit = run_in(
        &arguments,
        &mut World {
            terminal: &mut TamedTerminal(world.terminal),
            clipboard: world.clipboard,
            scans: world.scans,
            input: world.input,
            out: &mut out,
            err: &mut err,
            surroundings: world.surroundings.clone(),
            now: world.now,
            kdf: world.kdf,
        },
    );
    // Nothing more can be done when standard error is gone.
    let _ = out.finish();
    let _ = err.finish();
    exit
}

fn run_in(arguments: &[OsString], world: &mut World<'_>) -> Exit {
    let exit = match Cli::try_parse_from(arguments) {
        Ok(parsed) => dispatch(&parsed, world).unwrap_or_else(|failure| {
            let _ = show_failure(&failure, world);
            failure.exit
        }),
        Err(refusal) => show_refusal(&refusal, arguments, world),
    };
    flushed(world, exit)
}

/// What was not written out is a failure, unless nobody reads on.
fn flushed(world: &mut World<'_>, exit: Exit) -> Exit {
    match world.out.flush().map_err(Failure::from) {
        Err(failure) if failure.exit != Exit::Done && exit == Exit::Done => {
            let _ = show_failure(&failure, world);
            failure.exit
        }
        _ => exit,
    }
}

fn dispatch(cli: &Cli, world: &mut World<'_>) -> Result<Exit, Failure> {
    let shared = &cli.shared;
    let Some(command) = &cli.command else { return command::welcome::run(world, shared) };
    match command {
        Command::Init(args) => command::init::run(world, shared, args),
        Command::Import(args) => command::import::run(world, shared, args),
        Command::Sweep(args) => command::sweep::run(world, shared, args),
        Command::Undo => command::undo::run(world, shared),
        Command::Add(args) => command::add::run(world, shared, args),
        Command::List(args) => command::list::run(world, shared, args),
        Command::Find(args) => command::find::run(world, shared, args),
        Command::Show(args) => command::show::run(world, shared, args),
        Command::Whose(args) => command::whose::run(world, shared, args),
        Command::Identify(args) => command::identify::run(world, shared, args),
        Command::Prove(args) => command::prove::run(world, shared, args),
        Command::Harvest(args) => command::harvest::run(world, shared, args),
        Command::Repair(args) => command::repair::run(world, shared, args),
        Command::Header(command) => command::header::run(world, shared, command),
        Command::Sheet(args) => command::sheet::run(world, shared, args),
        Command::Edit(args) => command::edit::run(world, shared, args),
        Command::Remove(args) => command::remove::run(world, shared, args),
        Command::Restore(args) => command::restore::run(world, shared, args),
        Command::Purge(args) => command::purge::run(world, shared, args),
        Command::Passphrase(args) => command::passphrase::run(world, shared, args),
        Command::Keyslot(command) => command::keyslot::run(world, shared, command),
        Command::Export(command) => command::export::run(world, shared, command),
        Command::Kit(command) => command::kit::run(world, shared, command),
        Command::Copies(args) => command::copies::run(world, shared, args),
        Command::Attachment(command) => command::attachment::run(world, shared, command),
        Command::Verify(args) => command::verify::run(world, shared, args),
        Command::Completions(args) => command::completions::run(world, args),
        Command::Man(args) => command::man::run(world, args),
    }
}

fn show_failure(failure: &Failure, world: &mut World<'_>) -> std::io::Result<()> {
    // What was printed so far stands above the error, in a terminal and in a file.
    let _ = world.out.flush();
    if failure.sentence.is_empty() {
        return Ok(());
    }
    writeln!(world.err, "drivekey: {}.", on_one_line(&mask::without_digits(&failure.sentence)))?;
    match &failure.hint {
        Some(hint) => writeln!(world.err, "  {}.", on_one_line(&failure::capital(hint))),
        None => Ok(()),
    }
}

/// Help and version are answers; everything else is a usage error.
fn show_refusal(refusal: &clap::Error, arguments: &[OsString], world: &mut World<'_>) -> Exit {
    let mut text = refusal.render().to_string();
    // An argument that was not understood is repeated in it, and its line ends are not the program's.
    for argument in arguments.iter().map(|argument| argument.to_string_lossy()) {
        let parts = argument.split_once('=').map(|(name, value)| [name, value]);
        for part in
            std::iter::once(&*argument).chain(parts.into_iter().flatten()).filter(|part| part.contains(['\n', '\r']))
        {
            text = text.replace(part, &on_one_line(part));
        }
    }
    // And it may be a key.
    let text = mask::without_digits(&text);
    if refusal.use_stderr() {
        let _ = write!(world.err, "{text}");
        Exit::Usage
    } else {
        match write!(world.out, "{text}").map_err(Failure::from) {
            Ok(()) => Exit::Done,
            Err(failure) => {
                let _ = show_failure(&failure, world);
                failure.exit
            }
        }
    }
}
