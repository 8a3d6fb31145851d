//! Pages as a document: a PDF to print, or a page for a browser.

use zeroize::Zeroizing;

use super::fonts;
use drivekey_sheet::{Page, Paper, SheetError, html, pdf};

/// As what pages are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrawnAs {
    /// A PDF, with fonts of this system for letters that the built-in ones do not have.
    Pdf,
    /// A page for a browser.
    Html,
}

impl DrawnAs {
    /// What this build draws when nobody chooses.
    pub const USUAL: Self = if drivekey_sheet::DRAWS_PDF { Self::Pdf } else { Self::Html };

    /// Whether this build can draw it, for asking before anything else is asked.
    ///
    /// # Errors
    /// [`SheetError::NotInThisBuild`].
    pub const fn check(self) -> Result<(), SheetError> {
        match self {
            Self::Pdf if !drivekey_sheet::DRAWS_PDF => Err(SheetError::NotInThisBuild),
            Self::Pdf | Self::Html => Ok(()),
        }
    }
}

/// Draws pages.
///
/// # Errors
/// [`SheetError`].
pub fn draw(pages: &[Page], drawn_as: DrawnAs, paper: Paper) -> Result<Zeroizing<Vec<u8>>, SheetError> {
    match drawn_as {
        DrawnAs::Pdf => pdf(pages, paper, &fonts::covering(pages)?),
        DrawnAs::Html => Ok(Zeroizing::new(html(pages, paper)?.as_bytes().to_vec())),
    }
}
