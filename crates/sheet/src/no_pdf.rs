//! What stands in for the drawing of PDF pages in a build without the feature `paper`.

use zeroize::Zeroizing;

use super::SheetError;
use super::fonts::FontBytes;
use super::page::{Page, Paper};

/// Says that this build draws no PDF.
///
/// # Errors
/// Always [`SheetError::NotInThisBuild`].
pub fn pdf(_: &[Page], _: Paper, _: &[FontBytes]) -> Result<Zeroizing<Vec<u8>>, SheetError> {
    Err(SheetError::NotInThisBuild)
}

/// Says that this build draws no PDF.
///
/// # Errors
/// Always [`SheetError::NotInThisBuild`].
pub fn uncovered(_: &[Page], _: &[FontBytes]) -> Result<Vec<char>, SheetError> {
    Err(SheetError::NotInThisBuild)
}
