//! Where a source came from.

use std::path::{Path, PathBuf};

/// A file, or what was handed over without one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The clipboard.
    Clipboard,
    /// Standard input.
    StandardInput,
    /// This file.
    File(PathBuf),
}

impl Origin {
    /// The file; `None` where there is none.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Clipboard | Self::StandardInput => None,
        }
    }
}
