//! Documents made to be looked at: each reader takes the text out of one format, lines and tables kept.

pub(crate) mod card;
pub(crate) mod flat;
pub(crate) mod html;
pub(crate) mod office;
pub(crate) mod office_97;
pub(crate) mod page;
pub(crate) mod pdf;
pub(crate) mod plist;
pub(crate) mod rtf;
pub(crate) mod xps;
