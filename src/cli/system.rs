//! The real [`World`]: this process's streams, terminal, clipboard, folders and clock. Tests bring their own.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use chrono::{SubsecRound, Utc};

use super::clipboard::SystemClipboard;
use super::scan_reader::{self, ChildReader};
use super::terminal::SystemTerminal;
use super::world::{KdfPolicy, OutFile, Surroundings, World};
use super::{Exit, run};

/// Runs the program with this process's arguments.
#[must_use]
pub fn main() -> Exit {
    if scan_reader::is_asked(std::env::args_os()) {
        return scan_reader::serve();
    }
    let (mut out, mut err) = (io::stdout(), io::stderr());
    if let Err(error) = secmem_proc::harden_process() {
        // Under a debugger, say: a warning, never a stop.
        let _ = writeln!(err, "Warning: this system did not let the program shut out debuggers ({error}).");
    }
    let surroundings = Surroundings {
        vault_variable: variable("DRIVEKEY_VAULT"),
        data_folder: dirs::data_local_dir().map(|folder| folder.join("drivekey")),
        state_folder: variable("DRIVEKEY_STATE").or_else(usual_state_folder),
        out_is_terminal: out.is_terminal(),
        out_file: out_file(),
        err_is_terminal: err.is_terminal(),
        drives: drivekey_drives::Roots::default(),
        own_window: own_window(),
    };
    let mut world = World {
        terminal: &mut SystemTerminal,
        clipboard: &mut SystemClipboard,
        scans: &ChildReader::of_this_program(),
        input: &mut io::stdin(),
        out: &mut out,
        err: &mut err,
        surroundings,
        // Nobody needs the fractions, and a JSON reader may stumble over nine digits of them.
        now: || Utc::now().trunc_subsecs(0),
        kdf: KdfPolicy::PRODUCT,
    };
    run(std::env::args_os(), &mut world)
}

/// A shell opens the file of a `>`; only Linux tells its path without a call of its own.
fn out_file() -> OutFile {
    #[cfg(unix)]
    let handle = std::os::fd::AsFd::as_fd(&io::stdout()).try_clone_to_owned();
    #[cfg(windows)]
    let handle = std::os::windows::io::AsHandle::as_handle(&io::stdout()).try_clone_to_owned();
    let file = handle.map(File::from);
    if !file.and_then(|file| file.metadata()).is_ok_and(|data| data.is_file()) {
        return OutFile::None;
    }
    let path = if cfg!(target_os = "linux") { std::fs::read_link("/proc/self/fd/1").ok() } else { None };
    path.map_or(OutFile::Somewhere, OutFile::At)
}

fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Not beside the vault: a copy of the vault folder must not bring its own memory along.
fn usual_state_folder() -> Option<PathBuf> {
    dirs::state_dir().or_else(dirs::data_local_dir).map(|folder| folder.join("drivekey").join("seen"))
}

/// A shell sets its prompt for its children; Explorer does not.
fn own_window() -> bool {
    cfg!(windows)
        && std::env::args_os().len() == 1
        && std::env::var_os("PROMPT").is_none()
        && io::stdout().is_terminal()
}
