//! The real world: this process's streams, terminal, clipboard, folders and clock. Tests bring their own instead.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use chrono::{SubsecRound, Utc};

use super::clipboard::SystemClipboard;
use super::terminal::SystemTerminal;
use super::world::{KdfPolicy, Surroundings, World};
use super::{Exit, run};

/// Runs the program with this process's arguments.
#[must_use]
pub fn main() -> Exit {
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
        err_is_terminal: err.is_terminal(),
        drives: crate::drives::Roots::default(),
        own_window: own_window(),
    };
    let mut world = World {
        terminal: &mut SystemTerminal,
        clipboard: &mut SystemClipboard,
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

fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Not beside the vault: a copy of the vault folder must not bring its own memory along.
fn usual_state_folder() -> Option<PathBuf> {
    dirs::state_dir().or_else(dirs::data_local_dir).map(|folder| folder.join("drivekey").join("seen"))
}

/// A shell sets its prompt for its children; Explorer does not.
fn own_window() -> bool {
    cfg!(windows) && std::env::args_os().len() == 1 && std::env::var_os("PROMPT").is_none() && io::stdout().is_terminal()
}
