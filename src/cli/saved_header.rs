//! Finds a drive header in the vault by the name that was typed, in place of the drive.

use super::exit::Exit;
use super::failure::Failure;
use super::volumes::Target;
use drivekey_flows::headers::{self, HeaderError};
use drivekey_fve::SavedHeaderError;
use drivekey_vault::{Unlocked, Vault};

/// The header that a person means.
pub(super) fn target(vault: &mut Vault<Unlocked>, typed: &str) -> Result<Target, Failure> {
    headers::open(vault, typed).map_err(|error| match error {
        HeaderError::Reveal(error) => error.into(),
        HeaderError::NotFound => Failure::new(
            Exit::NotFound,
            format!("no drive header in this vault is named \"{typed}\""),
            "'drivekey header save DRIVE' keeps one; name it as it was called there, such as 'a1'",
        ),
        HeaderError::Ambiguous(numbers) => {
            let names: Vec<String> = numbers.iter().map(|number| format!("a{number}")).collect();
            Failure::new(
                Exit::Ambiguous,
                format!("more than one drive header fits \"{typed}\": {}", names.join(", ")),
                "name one of them",
            )
        }
        HeaderError::Unreadable { number, error: SavedHeaderError::NewerVersion { found } } => Failure::refused(
            format!("the drive header a{number} was saved by a newer drivekey (its version is {found})"),
            "use the newer program",
        ),
        HeaderError::Unreadable { number, error: SavedHeaderError::NotASavedHeader | SavedHeaderError::Damaged } => {
            Failure::new(
                Exit::Damaged,
                format!("the drive header a{number} is damaged"),
                "save it again: 'drivekey header save DRIVE'",
            )
        }
    })
}
