//! `completions`: prints the completions of a shell.

use clap::CommandFactory;

use crate::cli::args::{Cli, CompletionsArgs};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::world::World;

pub(in crate::cli) fn run(world: &mut World<'_>, args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "drivekey", &mut script);
    world.out.write_all(&script)?;
    Ok(Exit::Done)
}
