//! Keys on paper: pages as PDF or HTML, and the same pages read back from a scan.
//!
//! [`key_page`], [`list_page`], [`share_page`] and [`kit_page`] say what a page contains, [`pdf()`] and [`html()`] draw
//! it, and [`read_scan`] finds the codes in a picture or a PDF. [`split()`] divides a key into sheets that are worth
//! nothing alone and that [`combine`] adds up again. The crate is pure: bytes come in and go out. Fonts, days and
//! randomness are arguments, and it knows neither vaults nor files. The features `paper` (pages as PDF) and `scans`
//! (reading pictures and PDFs) bring the large libraries. Without them, [`pdf()`] and [`read_scan`] say so.
//!
//! ```
//! use drivekey_record::RecoveryPassword;
//! use drivekey_sheet::{Paper, Scanned, pdf, read_scan};
//! # use drivekey_record::{Handle, KeyId, KeyKind, State, VolumeType};
//! # use drivekey_sheet::{Day, KeyFacts, KeySheet, key_page};
//! # let facts = KeyFacts {
//! #     record: Handle::new(1).ok_or("no handle")?,
//! #     kind: KeyKind::BitLocker,
//! #     device: "ANNAS-LAPTOP".parse().ok(),
//! #     drive: "C:".parse().ok(),
//! #     label: None,
//! #     volume_type: VolumeType::OperatingSystem,
//! #     key_id: "7EDB30ED-1234-4ABC-9DEF-0123456789AB".parse()?,
//! #     created: None,
//! #     proven: None,
//! #     state: State::Current,
//! # };
//! # let today = Day::from_ymd_opt(2026, 11, 25).ok_or("no day")?;
//!
//! let password = RecoveryPassword::parse("471207-278498-422125-177177-561902-537405-468006-693451")?;
//! let page = key_page(&KeySheet { facts, key: &password.expose_secret().into() }, today);
//! let document = pdf(&[page], Paper::A4, &[])?;
//!
//! let read = read_scan(&document)?;
//! assert!(matches!(&read[..], [Scanned::Key { password: read, .. }] if read.same_digits(&password)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod error;
mod fonts;
mod html;
mod kit_text;
mod label;
mod page;
#[cfg_attr(not(feature = "paper"), path = "no_pdf.rs")]
mod pdf;
mod read;
mod split;
mod symbol;

/// Whether this build draws pages as PDF.
pub const DRAWS_PDF: bool = cfg!(feature = "paper");

pub use error::SheetError;
pub use fonts::FontBytes;
pub use html::{html, html_kit};
pub use kit_text::{KitText, KitTextError, parse_kit};
pub use label::Label;
pub use page::{
    Block, Day, KeyFacts, KeySheet, KitSheet, Page, Paper, Symbol, SymbolKind, key_page, kit_page, list_page,
    share_page,
};
pub use pdf::{pdf, uncovered};
pub use read::{PAYLOADS, SCAN_BYTES, ScanError, Scanned, read_payloads, read_scan, sort_payloads};
pub use split::{CombineError, Pad, Share, ShareTextError, SplitKind, combine, split};
