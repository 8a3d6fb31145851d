//! The program without a command: says what it is, and what to type next.

use crate::cli::args::Shared;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::outlet::printable;
use crate::cli::session::vault_path;
use crate::cli::world::World;

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared) -> Result<Exit, Failure> {
    let path = vault_path(world, shared)?;
    let there = path.exists();
    writeln!(
        world.out,
        "drivekey keeps the recovery keys of your drives in one encrypted file, on this machine only.\n"
    )?;
    if there {
        writeln!(world.out, "Your vault: {}\n", printable(&path))?;
        writeln!(world.out, "  drivekey find 7EDB30ED           find the key that a recovery screen asks for")?;
        writeln!(world.out, "  drivekey show 7EDB30ED           show its 48 digits")?;
        writeln!(world.out, "  drivekey import PATH             take in the key files of a folder or stick")?;
        writeln!(world.out, "  drivekey list                    list all keys")?;
    } else {
        writeln!(world.out, "There is no vault yet. To make one and take in your key files, type one of:\n")?;
        if cfg!(windows) {
            writeln!(world.out, "  drivekey import E:\\              the key files on a USB stick")?;
            writeln!(world.out, "  drivekey import \"%USERPROFILE%\"  all your files")?;
        } else {
            writeln!(world.out, "  drivekey import /media/stick     the key files on a USB stick")?;
            writeln!(world.out, "  drivekey import ~/Documents      those in a folder")?;
        }
        writeln!(world.out, "  drivekey init                    an empty vault, for keys typed from paper")?;
    }
    writeln!(world.out, "\n  drivekey --help                  everything else")?;
    world.settle()?;
    // A double click opens a window of its own, which would be gone before anybody could read it.
    if cfg!(windows) && world.surroundings.own_window && world.terminal.is_present() {
        let _ = world.terminal.ask_line("\nPress Enter to close this window. ");
    }
    Ok(Exit::Done)
}
