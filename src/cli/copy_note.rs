//! Noting in the vault that a copy of keys was made, or seen whole again. A vault that cannot be written does not stop
//! whoever makes one.

use std::path::Path;

use super::failure::Failure;
use super::world::World;
use crate::record::{CopyKind, Handle, HandleSet, ItemNumber, LineText, LineTextError, SlotId};
use crate::vault::{CopyDraft, CopyMark, Unlocked, Vault};

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
