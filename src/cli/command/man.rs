//! `man`: writes the manual pages.

use std::path::Path;

use clap::CommandFactory;
use clap_mangen::Man;

use crate::cli::args::{Cli, ManArgs};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, unreadable};
use crate::cli::world::World;

pub(in crate::cli) fn run(world: &mut World<'_>, args: &ManArgs) -> Result<Exit, Failure> {
    let mut command = Cli::command();
    command.build();
    match &args.to {
        None => Man::new(command).render(&mut world.out)?,
        Some(folder) => write_all(folder, &command)?,
    }
    Ok(Exit::Done)
}

/// With the usual rights: manual pages are for everybody.
fn write_all(folder: &Path, command: &clap::Command) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| unreadable(folder, &error))?;
    write_page(folder, command)?;
    // clap's own `help` repeats every command below itself.
    command.get_subcommands().filter(|sub| sub.get_name() != "help").try_for_each(|sub| write_all(folder, sub))
}

fn write_page(folder: &Path, command: &clap::Command) -> Result<(), Failure> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    Ok(std::fs::write(folder.join(format!("{name}.1")), page)?)
}
