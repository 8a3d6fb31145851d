//! `export`: writes keys to a stick, an encrypted file, JSON or CSV, and says each time where digits lie now.

mod bundle;
pub(super) mod chosen;
mod plain;
mod saving;
mod sticks;
mod usb;
mod usb_report;

use crate::cli::args::{ExportCommand, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::world::World;
use drivekey_flows::give_out::Form;

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, command: &ExportCommand) -> Result<Exit, Failure> {
    match command {
        ExportCommand::Usb(args) => usb::run(world, shared, args),
        ExportCommand::Bundle(args) => bundle::run(world, shared, args),
        ExportCommand::Json(args) => plain::run(world, shared, args, Form::Json),
        ExportCommand::Csv(args) => plain::run(world, shared, args, Form::Csv),
    }
}
