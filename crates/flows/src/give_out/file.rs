//! One file: sealed for somebody, or readable by anybody.

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use super::Chosen;
use drivekey_vault::seal::{BundleError, BundleLock, seal_bundle};

/// In which form a file is that anybody can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As Graph lists keys.
    Json,
    /// For spreadsheets.
    Csv,
}

/// One encrypted file with the keys and all that goes with them.
///
/// # Errors
/// [`BundleError`] where it cannot be sealed.
pub fn bundle(chosen: &Chosen, lock: &BundleLock<'_>, now: DateTime<Utc>) -> Result<Vec<u8>, BundleError> {
    seal_bundle(&drivekey_export::bundle(&chosen.items(), &chosen.parts(), now), lock)
}

/// One file with the keys in the clear.
#[must_use]
pub fn plain(chosen: &Chosen, form: Form) -> Zeroizing<Vec<u8>> {
    match form {
        Form::Json => drivekey_export::json(&chosen.items(), &[]),
        Form::Csv => drivekey_export::csv(&chosen.items()),
    }
}
