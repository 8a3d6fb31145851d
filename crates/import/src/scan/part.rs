//! One word of a chain, and the rank of the separator before it.

use super::word::Kind;
use drivekey_record::{GROUP_DIGITS, GROUPS};

pub(super) const ALL_DIGITS: usize = GROUP_DIGITS * GROUPS;

/// Ranks of separators; what a hyphen holds together is at most [`HYPHEN_BREAK`] apart.
pub(super) const HYPHEN: u8 = 0;
pub(super) const WIDE_HYPHEN: u8 = 1;
pub(super) const HYPHEN_BREAK: u8 = 2;
pub(super) const SPACE: u8 = 3;
pub(super) const WIDE_SPACE: u8 = 4;
pub(super) const LINE: u8 = 5;
pub(super) const EMPTY_LINE: u8 = 6;

/// One word of a chain.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// Its first byte.
    pub(super) start: usize,
    /// Behind its last byte.
    pub(super) end: usize,
    /// Its line.
    pub(super) line: usize,
    /// What it is.
    pub(super) kind: Kind,
    /// The rank of the separator before it.
    pub(super) rank: u8,
}

impl Part {
    pub(super) const fn len(&self) -> usize {
        self.end - self.start
    }

    /// How many groups it stands for.
    pub(super) fn groups(&self) -> usize {
        if self.kind == Kind::Digits
            && (self.len().is_multiple_of(GROUP_DIGITS) || self.len() > ALL_DIGITS - 2 * GROUP_DIGITS)
        {
            self.len().div_ceil(GROUP_DIGITS)
        } else {
            1
        }
    }

    /// How many groups of six signs.
    pub(super) fn sixes(&self) -> usize {
        self.len() / GROUP_DIGITS
    }
}
