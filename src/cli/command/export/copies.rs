//! Noting in the vault that a copy of keys was made, or seen whole again. A vault that cannot be written does not stop
//! an export.

use std::path::Path;

use crate::cli::failure::Failure;
use crate::cli::world::World;
use crate::record::{CopyKind, Handle, HandleSet, ItemNumber, LineText, LineTextError};
use crate::vault::{CopyDraft, CopyMark, Unlocked, Vault};

/// A copy of keys.
pub(super) struct Made<'a> {
    pub(super) kind: CopyKind,
    /// What the user calls it.
    pub(super) name: Option<&'a LineText>,
    pub(super) place: &'a Path,
    pub(super) records: &'a [Handle],
    /// All of it was there already, and was compared.
    pub(super) compared: bool,
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
    let draft = CopyDraft { kind: made.kind, name: made.name.cloned(), place, records, slot: None };
    Ok(Noted::New(vault.register_copy(draft, now)?))
}

/// A place as the register keeps it: in full, where the working folder can be asked.
fn place_of(path: &Path) -> Result<LineText, Failure> {
    let shown = if super::saving::is_output(path) {
        "standard output".to_owned()
    } else {
        std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
    };
    LineText::shortened(&shown).ok_or_else(|| Failure::from(LineTextError::Empty))
}
