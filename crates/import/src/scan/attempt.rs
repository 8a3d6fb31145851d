//! Parts of a text as one password: composed in a wiping buffer, checked, or told what is wrong with them.

use std::hash::BuildHasher;

use zeroize::Zeroizing;

use super::event::{Event, Finds, Found};
use super::part::{ALL_DIGITS, Part};
use super::word::{Kind, look_alike};
use crate::RemarkKind;
use drivekey_record::{GROUP_DIGITS, GROUPS, RecoveryPassword};

/// What a try at eight groups gave.
pub(super) enum Attempt {
    /// A password.
    Key(Event),
    /// What is wrong.
    Wrong(RemarkKind),
}

/// Reads these parts as one password.
pub(super) fn attempt(text: &[u8], parts: &[Part], finds: &Finds) -> Attempt {
    let mut digits: Zeroizing<Vec<u8>> = Zeroizing::new(Vec::with_capacity(ALL_DIGITS));
    let mut ocr = false;
    for (index, part) in parts.iter().enumerate() {
        let group = index + 1;
        match part.kind {
            Kind::Mask => return Attempt::Wrong(RemarkKind::PasswordMasked { group }),
            Kind::Alien => return Attempt::Wrong(RemarkKind::GroupNotDigits { group }),
            Kind::Ocr => ocr = true,
            Kind::Digits => {}
        }
        for byte in &text[part.start..part.end] {
            if digits.len() == ALL_DIGITS {
                return Attempt::Wrong(too_many(parts));
            }
            digits.push(look_alike(*byte).unwrap_or(*byte));
        }
    }
    let Ok(all) = <&[u8; ALL_DIGITS]>::try_from(digits.as_slice()) else {
        return Attempt::Wrong(wrong_length(parts));
    };
    let (first, last) = (&parts[0], &parts[parts.len() - 1]);
    match RecoveryPassword::from_ascii_digits(all) {
        Ok(password) => Attempt::Key(Event {
            span: first.start..last.end,
            line: first.line,
            rejoined: first.line != last.line,
            ocr,
            found: Found::Key { password, mark: finds.marks.hash_one(all) },
        }),
        Err(error) => Attempt::Wrong(error.into()),
    }
}

fn too_many(parts: &[Part]) -> RemarkKind {
    if let [only] = parts {
        RemarkKind::WrongGroupCount { found: only.len().div_ceil(GROUP_DIGITS) }
    } else {
        wrong_length(parts)
    }
}

fn wrong_length(parts: &[Part]) -> RemarkKind {
    let wrong = parts.iter().position(|part| part.len() != GROUP_DIGITS);
    // Without separators, only the last group can be told to be too short.
    let group = if parts.len() == 1 { GROUPS } else { wrong.unwrap_or(0) + 1 };
    RemarkKind::WrongGroupLength { group }
}
