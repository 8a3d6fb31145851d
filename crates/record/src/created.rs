//! The date on which a key was made or backed up, as its source states it: with a time zone, or as raw text. Nothing is
//! guessed.

use std::fmt;

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use super::LineText;

/// A date from a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Created {
    /// A time with its offset (RFC 3339).
    Zoned(DateTime<FixedOffset>),
    /// The source's own text: a local date whose day and month order is not known.
    Raw(LineText),
}

impl fmt::Display for Created {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zoned(time) => f.write_str(&time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)),
            Self::Raw(text) => text.fmt(f),
        }
    }
}
