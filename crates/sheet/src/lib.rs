//! Printed pages: what a page says (`page`), where it stands (`layout`), how it is drawn (`pdf`, `html`); secrets in
//! parts (`split`), a kit's text (`kit_text`), and reading pages back from a scan (`read`).
//! Pure: bytes come in and go out. Knows records, and neither vaults nor files.
#![forbid(unsafe_code)]

mod error;
mod html;
mod kit_text;
mod label;
mod layout;
mod page;
mod pdf;
mod read;
mod split;
mod symbol;
mod typeface;

pub use error::SheetError;
pub use html::html;
pub use kit_text::{KitText, KitTextError, parse_kit};
pub use label::Label;
pub use layout::Paper;
pub use page::{
    Block, Day, KeyFacts, KeySheet, KitSheet, Page, Symbol, SymbolKind, key_page, kit_page, list_page, share_page,
};
pub use pdf::pdf;
pub use read::{PAYLOADS, SCAN_BYTES, ScanError, Scanned, read_payloads, read_scan, sort_payloads};
pub use split::{CombineError, Pad, Share, ShareTextError, SplitKind, combine, split};
pub use typeface::{FontBytes, uncovered};
