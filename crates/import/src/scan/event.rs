//! What the scanner finds, and where it is collected.

use std::hash::RandomState;
use std::ops::Range;

use crate::RemarkKind;
use drivekey_record::{Guid, RecoveryPassword};

/// Flaws beyond this number are not kept: they would only repeat themselves.
const FLAWS_KEPT: usize = 1000;

/// Something found.
#[derive(Debug)]
pub(crate) struct Event {
    /// Where, in bytes of the text.
    pub(crate) span: Range<usize>,
    /// On which line it begins, from 1.
    pub(crate) line: usize,
    /// Whether it was broken over lines.
    pub(crate) rejoined: bool,
    /// Whether letters were read as digits.
    pub(crate) ocr: bool,
    /// What.
    pub(crate) found: Found,
}

/// What was found.
#[derive(Debug)]
pub(crate) enum Found {
    /// A whole GUID.
    Guid(Guid),
    /// A password that passes its check.
    Key {
        /// The password.
        password: RecoveryPassword,
        /// Equal for equal passwords, for this scan only.
        mark: u64,
    },
    /// Something that was meant as a password.
    Flaw {
        /// What is wrong with it.
        kind: RemarkKind,
        /// Whether it can hardly have been meant as anything else.
        strong: bool,
    },
}

/// Where finds are collected.
pub(super) struct Finds {
    pub(super) events: Vec<Event>,
    flaws: usize,
    /// Keys the passwords' marks.
    pub(super) marks: RandomState,
}

impl Finds {
    pub(super) const fn new(marks: RandomState) -> Self {
        Self { events: Vec::new(), flaws: 0, marks }
    }

    pub(super) fn push(&mut self, event: Event) {
        if matches!(event.found, Found::Flaw { .. }) {
            self.flaws += 1;
            if self.flaws > FLAWS_KEPT {
                return;
            }
        }
        self.events.push(event);
    }
}
