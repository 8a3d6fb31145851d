//! Reading pages back: a photo, a scan or a PDF in, keys, shares and kits out. Pure, bounded, and never trusting.
//! Must not know vaults: what is read is compared by the caller.

mod codes;
mod document;
mod picture;

use zeroize::Zeroizing;

use super::kit_text::{KitText, PREFIX, parse_kit};
use super::label::Label;
use super::split::{Share, ShareTextError};
use drivekey_record::RecoveryPassword;

/// Largest file that is looked at.
pub const SCAN_BYTES: usize = 128 << 20;
/// Most texts that are taken from one file.
pub const PAYLOADS: usize = 2048;

/// Something that was read from a page.
#[derive(Debug)]
pub enum Scanned {
    /// A recovery key, with what its page says of it.
    Key {
        /// The digits.
        password: RecoveryPassword,
        /// The symbol beside it, where that was readable, too.
        label: Option<Label>,
    },
    /// The symbol that says which drive a key is for, while the key itself could not be read.
    LabelOnly(Label),
    /// A sheet of a split key.
    Share(Share),
    /// A sheet of a split key that was not printed so.
    BadShare(ShareTextError),
    /// An emergency kit.
    Kit(KitText),
}

/// Why nothing was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// Neither a PNG or JPEG picture nor a PDF.
    #[error("no picture and no PDF")]
    Format,
    /// More bytes, dots or pages than any scan has.
    #[error("too large")]
    TooLarge,
    /// Begins like one and cannot be read.
    #[error("damaged")]
    Damaged,
    /// The reader came to an end over it: it took too much memory or time, or broke down.
    #[error("the reader gave up")]
    GaveUp,
}

/// Reads everything of ours on a picture (PNG, JPEG) or in a PDF, in the order in which it is found. An empty list: the
/// file is sound, and nothing of ours could be read in it.
///
/// # Errors
/// [`ScanError`] when the file itself cannot be read.
pub fn read_scan(bytes: &[u8]) -> Result<Vec<Scanned>, ScanError> {
    read_payloads(bytes).map(sort_payloads)
}

/// The texts of all codes, whoever made them. What decodes and draws has no ceiling of its own for memory and time: a
/// program that reads strangers' files calls this in a process that can be lost.
///
/// # Errors
/// As [`read_scan`].
pub fn read_payloads(bytes: &[u8]) -> Result<Vec<Zeroizing<String>>, ScanError> {
    if bytes.len() > SCAN_BYTES {
        return Err(ScanError::TooLarge);
    }
    let mut payloads = Vec::new();
    if document::is_pdf(bytes) {
        document::each_page(bytes, |grey| codes::read(grey, &mut payloads))?;
    } else {
        codes::read(picture::decode(bytes)?, &mut payloads);
    }
    Ok(payloads)
}

/// What the texts of one file are; keys with their labels.
#[must_use]
pub fn sort_payloads(payloads: Vec<Zeroizing<String>>) -> Vec<Scanned> {
    let mut found = Vec::new();
    let mut labels: Vec<Label> = payloads.iter().filter_map(|payload| Label::parse(payload)).collect();
    for payload in payloads {
        let text = payload.trim();
        if text.starts_with("DKS") {
            found.push(Share::parse(text).map_or_else(Scanned::BadShare, Scanned::Share));
        } else if text.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX)) {
            found.extend(parse_kit(text).ok().map(Scanned::Kit));
        } else if let Ok(password) = RecoveryPassword::parse(text) {
            let bare: Zeroizing<String> = Zeroizing::new(text.chars().filter(char::is_ascii_digit).collect());
            let label = labels.iter().position(|label| label.belongs_to(&bare)).map(|at| labels.remove(at));
            found.push(Scanned::Key { password, label });
        }
    }
    found.extend(labels.into_iter().map(Scanned::LabelOnly));
    found
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
