//! Copies: noting in the vault that a copy of keys was made, or seen whole again.

use std::path::Path;

use chrono::{DateTime, Utc};

use drivekey_record::{CopyKind, Handle, HandleSet, ItemNumber, LineText, SlotId};
use drivekey_vault::{Copy, CopyDraft, CopyMark, Unlocked, Vault, VaultError};

/// A copy of keys.
#[derive(Debug, Clone, Copy)]
pub struct Made<'a> {
    /// What it is.
    pub kind: CopyKind,
    /// What the user calls it.
    pub name: Option<&'a LineText>,
    /// Where it is, as the register keeps it.
    pub place: &'a LineText,
    /// The records in it.
    pub records: &'a [Handle],
    /// All of it was there already, and was compared.
    pub is_compared: bool,
    /// The keyslot that a kit opens.
    pub slot: Option<SlotId>,
}

/// What was noted of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noted {
    /// It is in the register under this number.
    New(ItemNumber),
    /// It was there, and was seen whole again.
    Checked(ItemNumber),
}

/// A file's or folder's place as the register keeps it: in full, where the working folder can be asked. `None` for a
/// path that has nothing in it that can be shown.
#[must_use]
pub fn place_of(path: &Path) -> Option<LineText> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    LineText::shortened(&path.display().to_string())
}

/// Notes a copy.
///
/// # Errors
/// [`VaultError`] with what any write can meet; then nothing reminds of the copy.
pub fn note(vault: &mut Vault<Unlocked>, made: &Made<'_>, now: DateTime<Utc>) -> Result<Noted, VaultError> {
    if made.is_compared {
        let same = vault.copies()?.sound()?.into_iter().rev().find(|copy| {
            let info = &copy.info;
            let whole = made.records.iter().all(|handle| info.records.contains(*handle));
            info.copy == made.kind && info.place == *made.place && info.destroyed_date_time.is_none() && whole
        });
        if let Some(copy) = same {
            vault.mark_copy(copy.number, CopyMark::Checked(now))?;
            return Ok(Noted::Checked(copy.number));
        }
    }
    let records: HandleSet = made.records.iter().copied().collect();
    let (name, place) = (made.name.cloned(), made.place.clone());
    let draft = CopyDraft { kind: made.kind, name, place, records, slot: made.slot };
    Ok(Noted::New(vault.register_copy(draft, now)?))
}

/// What became of a sheet that was compared with the vault.
#[derive(Debug)]
pub enum SheetNote {
    /// It is none that the vault knows.
    Unknown,
    /// It was noted as checked.
    Checked(ItemNumber),
    /// It is known, and that it was checked could not be noted.
    NotNoted(ItemNumber, VaultError),
    /// These sheets hold other keys, too, that were not compared.
    HoldOthers(Vec<ItemNumber>),
    /// It may be any of these.
    Which(Vec<ItemNumber>),
}

/// Why nothing was noted of a sheet.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The copy that was named is no sheet of these keys.
    #[error("no sheet of these keys")]
    NotASheet(ItemNumber),
}

/// Notes that a sheet is whole: the one that was named, the one that was made as one of these files, or the only one
/// that holds just these keys.
///
/// # Errors
/// [`SheetError`].
pub fn sheet_compared(
    vault: &mut Vault<Unlocked>,
    named: Option<ItemNumber>,
    files: &[&str],
    verified: &[Handle],
    now: DateTime<Utc>,
) -> Result<SheetNote, SheetError> {
    let is_sheet = |copy: &Copy| copy.info.copy == CopyKind::Sheet && copy.info.destroyed_date_time.is_none();
    let shares = |copy: &Copy| verified.iter().any(|handle| copy.info.records.contains(*handle));
    let mut sheets: Vec<Copy> =
        vault.copies()?.sound()?.into_iter().filter(|copy| is_sheet(copy) && shares(copy)).collect();
    if let Some(number) = named {
        sheets.retain(|copy| copy.number == number);
        if sheets.is_empty() {
            return Err(SheetError::NotASheet(number));
        }
    } else if let Some(at) = sheets.iter().position(|copy| files.iter().any(|file| is_at(copy, file))) {
        sheets = vec![sheets.swap_remove(at)];
    }
    let (whole, partly): (Vec<Copy>, Vec<Copy>) =
        sheets.into_iter().partition(|copy| copy.info.records.iter().all(|handle| verified.contains(&handle)));
    let numbers = |copies: &[Copy]| copies.iter().map(|copy| copy.number).collect();
    Ok(match (whole.as_slice(), partly.as_slice()) {
        ([one], _) => match vault.mark_copy(one.number, CopyMark::Checked(now)) {
            Ok(()) => SheetNote::Checked(one.number),
            Err(error) => SheetNote::NotNoted(one.number, error),
        },
        ([], []) => SheetNote::Unknown,
        ([], partly) => SheetNote::HoldOthers(numbers(partly)),
        (whole, _) => SheetNote::Which(numbers(whole)),
    })
}

fn is_at(copy: &Copy, file: &str) -> bool {
    place_of(Path::new(file)).is_some_and(|place| place == copy.info.place)
}
