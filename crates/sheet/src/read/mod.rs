//! Reads pages back from a photo, a scan or a PDF: keys, shares and kits. The input is hostile, and the caller compares
//! what was read with the vault.

#[cfg_attr(not(feature = "scans"), path = "no_payloads.rs")]
mod payloads;

use zeroize::Zeroizing;

use super::kit_text::{KitText, PREFIX, parse_kit};
use super::label::Label;
use super::split::{Share, ShareTextError};
use drivekey_record::RecoveryPassword;

/// The largest file that is read, in bytes.
pub const SCAN_BYTES: usize = 128 << 20;
/// The most codes that are taken from one file.
pub const PAYLOADS: usize = 2048;

/// The formats of scans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Pdf,
    Png,
    Jpeg,
}

impl Format {
    /// Readers accept a header within this much of a PDF.
    const PDF_HEADER_WITHIN_BYTES: usize = 1024;

    /// What the bytes begin like.
    fn of(bytes: &[u8]) -> Option<Self> {
        let head = &bytes[..bytes.len().min(Self::PDF_HEADER_WITHIN_BYTES)];
        match bytes {
            _ if head.windows(5).any(|five| five == b"%PDF-") => Some(Self::Pdf),
            [0x89, b'P', b'N', b'G', ..] => Some(Self::Png),
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            _ => None,
        }
    }
}

/// Something that was read from a page.
#[derive(Debug)]
pub enum Scanned {
    /// A recovery key, with what its page says of it.
    Key {
        /// The digits.
        password: RecoveryPassword,
        /// The label of the same key, if it could be read as well.
        label: Option<Label>,
    },
    /// The label of a key that itself could not be read.
    LabelOnly(Label),
    /// A share of a split key.
    Share(Share),
    /// A share that is damaged or forged.
    BadShare(ShareTextError),
    /// An emergency kit.
    Kit(KitText),
}

/// Why a file could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// It is neither a PNG or JPEG picture nor a PDF.
    #[error("no picture and no PDF")]
    Format,
    /// It has more bytes, dots or pages than any scan.
    #[error("too large")]
    TooLarge,
    /// It begins like a picture or PDF, but cannot be read.
    #[error("damaged")]
    Damaged,
    /// The program was built without the feature `scans`, so nobody looked into the file.
    #[error("this build reads no scans")]
    NotInThisBuild,
    /// The reader took too much memory or time, or crashed.
    #[error("the reader gave up")]
    GaveUp,
}

/// Reads all keys, shares and kits in a picture (PNG, JPEG) or a PDF, in the order in which they are found. The list is
/// empty if a readable file has none.
///
/// # Errors
/// [`ScanError`] when the file itself cannot be read.
pub fn read_scan(bytes: &[u8]) -> Result<Vec<Scanned>, ScanError> {
    read_payloads(bytes).map(sort_payloads)
}

/// Reads the texts of all codes, whoever made them. The libraries that decode and draw have no limits of their own on
/// memory and time, so read the files of strangers in a child process.
///
/// # Errors
/// [`ScanError`] when the file itself cannot be read.
pub fn read_payloads(bytes: &[u8]) -> Result<Vec<Zeroizing<String>>, ScanError> {
    if bytes.len() > SCAN_BYTES {
        return Err(ScanError::TooLarge);
    }
    payloads::read(bytes, Format::of(bytes).ok_or(ScanError::Format)?)
}

/// Tells what the texts of one file are, and pairs keys with their labels.
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
