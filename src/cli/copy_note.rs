//! Notes in the vault that a copy of keys was made or checked, and says so. A vault that cannot be written does not
//! stop anybody from making a copy.

use std::path::Path;

use super::exit::Exit;
use super::failure::Failure;
use super::world::World;
use drivekey_flows::copies::{self, Noted, SheetError, SheetNote};
use drivekey_record::{CopyKind, Handle, ItemNumber, LineText, LineTextError, SlotId};
use drivekey_vault::{Unlocked, Vault};

/// A copy of keys.
pub(super) struct Made<'a> {
    pub(super) kind: CopyKind,
    /// What the user calls it.
    pub(super) name: Option<&'a LineText>,
    pub(super) place: CopyPlace<'a>,
    pub(super) records: &'a [Handle],
    /// All of it was there already, and was compared.
    pub(super) compared: bool,
    /// The keyslot that a kit opens.
    pub(super) slot: Option<SlotId>,
}

/// Where a copy went.
#[derive(Clone, Copy)]
pub(super) enum CopyPlace<'a> {
    /// A file or a folder; `-` is standard output.
    Path(&'a Path),
    /// Paper.
    Printer,
}

/// Notes the copy; `false` where the vault cannot be changed, which is said.
pub(super) fn note(world: &mut World<'_>, vault: &mut Vault<Unlocked>, made: &Made<'_>) -> Result<bool, Failure> {
    match try_note(world, vault, made) {
        Ok(Noted::New(number)) => writeln!(world.err, "Noted in the vault as copy c{number}.")?,
        Ok(Noted::Checked(_)) => {}
        Err(failure) => {
            writeln!(world.err, "Warning: this copy could not be noted in the vault: {}.", failure.sentence)?;
            writeln!(world.err, "Write down yourself where it is: nothing else will remind you of it.")?;
            return Ok(false);
        }
    }
    Ok(true)
}

fn try_note(world: &World<'_>, vault: &mut Vault<Unlocked>, made: &Made<'_>) -> Result<Noted, Failure> {
    let place = match made.place {
        CopyPlace::Path(path) if path.as_os_str() == "-" => LineText::shortened("standard output"),
        CopyPlace::Path(path) => copies::place_of(path),
        CopyPlace::Printer => LineText::shortened("the printer"),
    };
    let place = place.ok_or(LineTextError::Empty)?;
    let made = copies::Made {
        kind: made.kind,
        name: made.name,
        place: &place,
        records: made.records,
        is_compared: made.compared,
        slot: made.slot,
    };
    Ok(copies::note(vault, &made, (world.now)())?)
}

/// Notes that a sheet was compared with the vault and is whole, and tells what stays unknown; `false` where the vault
/// cannot be changed.
pub(super) fn compared(
    world: &mut World<'_>,
    vault: &mut Vault<Unlocked>,
    named: Option<ItemNumber>,
    files: &[&str],
    verified: &[Handle],
) -> Result<bool, Failure> {
    let noted = copies::sheet_compared(vault, named, files, verified, (world.now)()).map_err(|error| match error {
        SheetError::Vault(error) => error.into(),
        SheetError::NotASheet(number) => Failure::new(
            Exit::NotFound,
            format!("copy c{number} is no sheet of the keys that were compared"),
            "'drivekey copies' lists the sheets; nothing was noted",
        ),
    })?;
    match noted {
        SheetNote::Unknown => {}
        SheetNote::Checked(number) => writeln!(world.err, "Noted in the vault: copy c{number} was checked.")?,
        SheetNote::NotNoted(number, error) => {
            writeln!(
                world.err,
                "Warning: that copy c{number} was checked could not be noted: {}.",
                Failure::from(error).sentence
            )?;
            return Ok(false);
        }
        SheetNote::HoldOthers(sheets) => writeln!(
            world.err,
            "Not noted as checked: {} holds other keys, too. Check all of its pages together.",
            numbers(&sheets)
        )?,
        SheetNote::Which(sheets) => {
            let first = sheets.first().map(ToString::to_string).unwrap_or_default();
            writeln!(
                world.err,
                "Which sheet was it? {}; 'drivekey sheet check --copy c{first}' notes that one as checked.",
                numbers(&sheets)
            )?;
        }
    }
    Ok(true)
}

fn numbers(copies: &[ItemNumber]) -> String {
    copies.iter().map(|number| format!("c{number}")).collect::<Vec<_>>().join(", ")
}
