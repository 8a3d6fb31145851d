//! Chains of groups: what stands between them decides which eight belong together.
//!
//! Separators have ranks, from tight (a hyphen) to loose (an empty line). Eight groups are a password; more are split
//! at their loosest separators first, so that a list of passwords, a number before one, or a bullet does not spoil it,
//! while nine groups in one row stay nine.

use std::ops::Range;

use super::attempt::{Attempt, attempt};
use super::event::{Event, Finds, Found};
use super::part::{ALL_DIGITS, EMPTY_LINE, HYPHEN, HYPHEN_BREAK, LINE, Part, SPACE, WIDE_HYPHEN, WIDE_SPACE};
use super::word::{self, Kind};
use crate::RemarkKind;
use drivekey_record::{GROUP_DIGITS, GROUPS};

/// Most characters between two groups: a hyphen with blanks round it or a line end with an indentation has no more,
/// while two values in two columns stand further apart.
const SEPARATOR_MAX: usize = 8;
/// A chain that long is a table of numbers.
const PARTS_MAX: usize = 256;
/// So many groups of six digits in one tight row were meant as a password.
const MEANT_GROUPS: usize = 6;
/// So many may have been.
const PERHAPS_GROUPS: usize = 4;
/// So many groups of one password may lack a digit or have one too many: whoever types one wrong seldom does it thrice,
/// and a row with more of other lengths is a row of other numbers.
const MISTYPED_GROUPS: usize = 2;
/// So many spaced groups at the end of a text are a password that was cut; two numbers often stand side by side.
const BEGUN_GROUPS: usize = 3;

/// Why a chain ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Other text followed.
    Text,
    /// Dots in place of the rest followed, or nothing at all.
    Cut,
}

/// The chain that is being read.
pub(super) struct Chain {
    parts: Vec<Part>,
    gap: Gap,
}

/// What stands since the last part.
#[derive(Default)]
struct Gap {
    len: usize,
    hyphen: bool,
    tabs: bool,
    lines: usize,
    hyphen_after_line: bool,
}

impl Gap {
    fn rank(&self) -> u8 {
        match (self.lines, self.hyphen && !self.hyphen_after_line) {
            (0, true) if self.len == 1 => HYPHEN,
            (0, true) => WIDE_HYPHEN,
            (0, false) if self.len <= 1 && !self.tabs => SPACE,
            (0, false) => WIDE_SPACE,
            (1, true) => HYPHEN_BREAK,
            (1, false) => LINE,
            _ => EMPTY_LINE,
        }
    }
}

impl Chain {
    pub(super) fn new() -> Self {
        Self { parts: Vec::with_capacity(PARTS_MAX), gap: Gap::default() }
    }

    /// Takes a byte between words; `false` where it cannot stand inside a password.
    pub(super) fn separator(&mut self, byte: u8) -> bool {
        if self.parts.is_empty() {
            return true;
        }
        self.gap.len += 1;
        match byte {
            b'-' | b'+' | b'/' | b'.' | b'_' => {
                self.gap.hyphen = true;
                self.gap.hyphen_after_line = self.gap.lines > 0;
            }
            b'\n' => self.gap.lines += 1,
            b'\t' => self.gap.tabs = true,
            b' ' => {}
            _ => return false,
        }
        self.gap.len <= SEPARATOR_MAX
    }

    /// Takes a word.
    pub(super) fn word(&mut self, text: &[u8], span: Range<usize>, line: usize, finds: &mut Finds) {
        let Some(word) = word::classify(text, span) else {
            self.finish(text, End::Text, finds);
            return;
        };
        if word.glued_before {
            self.finish(text, End::Text, finds);
        }
        let rank = self.gap.rank();
        self.gap = Gap::default();
        if !self.parts.is_empty() && (self.is_full(rank) || self.parts.len() >= PARTS_MAX) {
            self.finish(text, End::Text, finds);
        }
        self.parts.push(Part { start: word.span.start, end: word.span.end, line, kind: word.kind, rank });
        if word.glued_after {
            self.finish(text, End::Text, finds);
        }
    }

    /// Whether what stands since the last separator of this rank is whole, so that nothing more can join it.
    fn is_full(&self, rank: u8) -> bool {
        if rank == HYPHEN {
            return false;
        }
        let mut groups = 0;
        for (index, part) in self.parts.iter().enumerate().rev() {
            groups += part.groups();
            if groups >= GROUPS || index == 0 || part.rank >= rank {
                break;
            }
        }
        groups >= GROUPS
    }

    /// Ends the chain and reports what is in it.
    pub(super) fn finish(&mut self, text: &[u8], end: End, finds: &mut Finds) {
        self.gap = Gap::default();
        if self.parts.is_empty() {
            return;
        }
        let mut resolver = Resolver { text, finds };
        if !resolver.resolve(&self.parts) {
            resolver.short(&self.parts, end);
        }
        self.parts.clear();
    }
}

struct Resolver<'a> {
    text: &'a [u8],
    finds: &'a mut Finds,
}

impl Resolver<'_> {
    /// Finds what is whole in these parts; `false` where nothing is.
    fn resolve(&mut self, parts: &[Part]) -> bool {
        let groups: usize = parts.iter().map(Part::groups).sum();
        if groups < GROUPS {
            return false;
        }
        if groups == GROUPS && self.key(parts) {
            return true;
        }
        let inner = parts.get(1..).unwrap_or_default();
        let loosest = inner.iter().map(|part| part.rank).max().unwrap_or(HYPHEN);
        if inner.iter().any(|part| part.rank < loosest) {
            let pieces = || split(parts, |part| part.rank == loosest);
            let whole: Vec<bool> = pieces().map(|piece| self.resolve(piece)).collect();
            if whole.contains(&true) {
                for (piece, _) in pieces().zip(whole).filter(|(_, whole)| !whole) {
                    self.short(piece, End::Text);
                }
                return true;
            }
        }
        self.rows_of_six(parts) || self.mended(parts) || self.flaw(parts, groups, loosest)
    }

    fn key(&mut self, parts: &[Part]) -> bool {
        match attempt(self.text, parts, self.finds) {
            Attempt::Key(event) => {
                self.finds.push(event);
                true
            }
            Attempt::Wrong(_) => false,
        }
    }

    /// Groups of six digits in a row, other numbers before and behind; several passwords only if each is right.
    fn rows_of_six(&mut self, parts: &[Part]) -> bool {
        let is_six = |part: &Part| part.kind == Kind::Digits && part.len() == GROUP_DIGITS;
        let tight = |part: &Part| part.rank < SPACE;
        let mut any = false;
        for row in parts.chunk_by(|a, b| is_six(a) && is_six(b)) {
            // What a hyphen ties to the row belongs to it: nine groups are not eight.
            let tied_before = row.as_ptr() != parts.as_ptr() && tight(&row[0]);
            let behind = parts.iter().find(|part| part.start > row[row.len() - 1].start);
            if tied_before || behind.is_some_and(tight) || (row.len() == parts.len() && row.len() == GROUPS) {
                continue;
            }
            if row.len().is_multiple_of(GROUPS)
                && row
                    .chunks_exact(GROUPS)
                    .all(|eight| matches!(attempt(self.text, eight, self.finds), Attempt::Key(_)))
            {
                for eight in row.chunks_exact(GROUPS) {
                    any |= self.key(eight);
                }
            }
        }
        any
    }

    /// A group that the end of a line broke in two.
    fn mended(&mut self, parts: &[Part]) -> bool {
        let broken = |a: &Part, b: &Part| {
            b.rank == LINE
                && a.kind == Kind::Digits
                && b.kind == Kind::Digits
                && a.end + 1 == b.start
                && a.len() + b.len() == GROUP_DIGITS
        };
        let breaks = parts.windows(2).filter(|pair| broken(&pair[0], &pair[1])).count();
        let digits: usize = parts.iter().map(Part::len).sum();
        breaks > 0 && parts.len() - breaks == GROUPS && digits == ALL_DIGITS && self.key(parts)
    }

    /// Something like a password, but wrong.
    fn flaw(&mut self, parts: &[Part], groups: usize, loosest: u8) -> bool {
        let sixes: usize = parts.iter().map(Part::sixes).sum();
        // Longer runs of digits are numbers, whatever they are joined by.
        let tight = loosest < SPACE && exact(parts) >= MEANT_GROUPS;
        if groups == GROUPS && sixes + MISTYPED_GROUPS >= GROUPS {
            if let Attempt::Wrong(kind) = attempt(self.text, parts, self.finds) {
                self.report(parts, kind, tight);
            }
            return true;
        }
        if sixes >= MEANT_GROUPS && groups <= GROUPS + PERHAPS_GROUPS && sixes + MISTYPED_GROUPS >= groups {
            self.report(parts, RemarkKind::WrongGroupCount { found: groups }, tight);
            return true;
        }
        false
    }

    /// Fewer than eight groups: cut off, hidden in part, or too few.
    fn short(&mut self, parts: &[Part], end: End) {
        let from = parts.iter().rposition(|part| part.rank >= SPACE).unwrap_or(0);
        let last = &parts[from..];
        let sixes = |parts: &[Part]| parts.iter().map(Part::sixes).sum::<usize>();
        if let Some(row) = split(parts, |part| part.rank >= SPACE)
            .find(|row| sixes(row) > 1 && row.iter().any(|part| part.kind == Kind::Mask))
        {
            let group = row.iter().position(|part| part.kind == Kind::Mask).unwrap_or(0) + 1;
            self.report(
                row,
                RemarkKind::PasswordMasked { group },
                sixes(row) >= PERHAPS_GROUPS && row.iter().any(|part| part.kind == Kind::Digits),
            );
        } else if end == End::Cut && last.len() > 1 && last[0].sixes() == 1 && sixes(last) + 1 >= last.len() {
            self.report(last, RemarkKind::PasswordTruncated, true);
        } else if end == End::Cut && self.is_begun(parts) {
            self.report(parts, RemarkKind::PasswordTruncated, false);
        } else {
            for row in split(parts, |part| part.rank >= SPACE).filter(|row| row.len() > 1) {
                let groups = row.iter().map(Part::groups).sum();
                if sixes(row) >= PERHAPS_GROUPS && groups != GROUPS && sixes(row) + MISTYPED_GROUPS >= groups {
                    self.report(row, RemarkKind::WrongGroupCount { found: groups }, exact(row) >= MEANT_GROUPS);
                }
            }
        }
    }

    /// Whether the text ends in the first digits of a password, or in a row of spaced groups.
    fn is_begun(&self, parts: &[Part]) -> bool {
        if let [only] = parts {
            let mut line = self.text[..only.start].iter().rev().take_while(|byte| **byte != b'\n');
            return only.end == self.text.len() && only.len() <= GROUP_DIGITS && line.all(u8::is_ascii_whitespace);
        }
        parts.len() >= BEGUN_GROUPS
            && parts[1..].iter().all(|part| part.rank <= SPACE)
            && parts.iter().rev().skip(1).all(|part| part.sixes() == 1)
    }

    fn report(&mut self, parts: &[Part], kind: RemarkKind, strong: bool) {
        let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return };
        let found = Found::Flaw { kind, strong };
        self.finds.push(Event { span: first.start..last.end, line: first.line, rejoined: false, ocr: false, found });
    }
}

/// Words of exactly one group's length.
fn exact(parts: &[Part]) -> usize {
    parts.iter().filter(|part| part.len() == GROUP_DIGITS).count()
}

/// Pieces of a chain, each beginning where `begins` says so.
fn split(parts: &[Part], begins: impl Fn(&Part) -> bool) -> impl Iterator<Item = &[Part]> {
    parts.chunk_by(move |_, next| !begins(next))
}
