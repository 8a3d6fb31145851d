//! Noting in the vault that a copy of keys was made, or seen whole again. A vault that cannot be written does not stop
//! whoever makes one.

use std::path::Path;

use super::exit::Exit;
use super::failure::Failure;
use super::world::World;
use drivekey_record::{CopyKind, Handle, HandleSet, ItemNumber, LineText, LineTextError, SlotId};
use drivekey_vault::{Copy, CopyDraft, CopyMark, Unlocked, Vault};

/// A copy of keys.
pub(super) struct Made<'a> {
    pub(super) kind: CopyKind,
    /// What the user calls it.
    pub(super) name: Option<&'a LineText>,
    pub(super) place: Whereto<'a>,
    pub(super) records: &'a [Handle],
    /// All of it was there already, and was compared.
    pub(super) compared: bool,
    /// The keyslot that a kit opens.
    pub(super) slot: Option<SlotId>,
}

/// Where a copy went.
#[derive(Clone, Copy)]
pub(super) enum Whereto<'a> {
    /// A file or a folder; `-` is standard output.
    Path(&'a Path),
    /// Paper.
    Printer,
}

/// Notes the copy; `false` where the vault cannot be changed, which is said.
pub(super) fn note(world: &mut World<'_>, vault: &mut Vault<Unlocked>, made: &Made<'_>) -> Result<bool, Failure> {
    match try_note(world, vault, made) {
        Ok(Noted::New(number)) => writeln!(world.err, "Noted in the vault as copy c{number}.")?,
        Ok(Noted::Checked) => {}
        Err(failure) => {
            writeln!(world.err, "Warning: this copy could not be noted in the vault: {}.", failure.sentence)?;
            writeln!(world.err, "Write down yourself where it is: nothing else will remind you of it.")?;
            return Ok(false);
        }
    }
    Ok(true)
}

enum Noted {
    New(ItemNumber),
    Checked,
}

fn try_note(world: &World<'_>, vault: &mut Vault<Unlocked>, made: &Made<'_>) -> Result<Noted, Failure> {
    let now = (world.now)();
    let place = place_of(made.place)?;
    if made.compared {
        let same = vault.copies()?.into_iter().rev().find(|copy| {
            let info = &copy.info;
            let whole = made.records.iter().all(|handle| info.records.contains(*handle));
            info.copy == made.kind && info.place == place && info.destroyed_date_time.is_none() && whole
        });
        if let Some(copy) = same {
            vault.mark_copy(copy.number, CopyMark::Checked(now))?;
            return Ok(Noted::Checked);
        }
    }
    let records: HandleSet = made.records.iter().copied().collect();
    let draft = CopyDraft { kind: made.kind, name: made.name.cloned(), place, records, slot: made.slot };
    Ok(Noted::New(vault.register_copy(draft, now)?))
}

/// A place as the register keeps it: in full, where the working folder can be asked.
fn place_of(place: Whereto<'_>) -> Result<LineText, Failure> {
    let shown = match place {
        Whereto::Path(path) if path.as_os_str() == "-" => "standard output".to_owned(),
        Whereto::Path(path) => std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string(),
        Whereto::Printer => "the printer".to_owned(),
    };
    LineText::shortened(&shown).ok_or_else(|| Failure::from(LineTextError::Empty))
}

/// Notes that a sheet was compared with the vault and is whole: the one that was named, the one that was made as one of
/// these files, or the only one that holds just these keys. Tells what stays unknown; `false` where the vault cannot be
/// changed.
pub(super) fn compared(
    world: &mut World<'_>,
    vault: &mut Vault<Unlocked>,
    named: Option<ItemNumber>,
    files: &[&str],
    verified: &[Handle],
) -> Result<bool, Failure> {
    let is_sheet = |copy: &Copy| copy.info.copy == CopyKind::Sheet && copy.info.destroyed_date_time.is_none();
    let shares = |copy: &Copy| verified.iter().any(|handle| copy.info.records.contains(*handle));
    let mut sheets: Vec<Copy> = vault.copies()?.into_iter().filter(|copy| is_sheet(copy) && shares(copy)).collect();
    if let Some(number) = named {
        sheets.retain(|copy| copy.number == number);
        if sheets.is_empty() {
            return Err(Failure::new(
                Exit::NotFound,
                format!("copy c{number} is no sheet of the keys that were compared"),
                "'drivekey copies' lists the sheets; nothing was noted",
            ));
        }
    } else if let Some(at) = sheets.iter().position(|copy| files.iter().any(|file| is_at(copy, file))) {
        sheets = vec![sheets.swap_remove(at)];
    }
    let (whole, partly): (Vec<Copy>, Vec<Copy>) =
        sheets.into_iter().partition(|copy| copy.info.records.iter().all(|handle| verified.contains(&handle)));
    match (whole.as_slice(), partly.as_slice()) {
        ([one], _) => {
            if let Err(error) = vault.mark_copy(one.number, CopyMark::Checked((world.now)())) {
                writeln!(
                    world.err,
                    "Warning: that copy c{} was checked could not be noted: {}.",
                    one.number,
                    Failure::from(error).sentence
                )?;
                return Ok(false);
            }
            writeln!(world.err, "Noted in the vault: copy c{} was checked.", one.number)?;
        }
        ([], []) => {}
        ([], partly) => {
            let listed = numbers(partly);
            writeln!(
                world.err,
                "Not noted as checked: {listed} holds other keys, too. Check all of its pages together."
            )?;
        }
        (whole, _) => {
            let listed = numbers(whole);
            writeln!(
                world.err,
                "Which sheet was it? {listed}; 'drivekey sheet check --copy c{}' notes that one as checked.",
                whole[0].number
            )?;
        }
    }
    Ok(true)
}

fn is_at(copy: &Copy, file: &str) -> bool {
    place_of(Whereto::Path(Path::new(file))).is_ok_and(|place| place == copy.info.place)
}

fn numbers(copies: &[Copy]) -> String {
    copies.iter().map(|copy| format!("c{}", copy.number)).collect::<Vec<_>>().join(", ")
}
