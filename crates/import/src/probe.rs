//! Whether bytes could hold a recovery key, told many times faster than they are read. Its one property: what a reader
//! would take, it lets through.
//!
//! The digits of a key stand in one order whatever stands between them. So all runs of digits are put in a row, and
//! wherever a run ends the last forty-eight are tried: one row for each way in which bytes become digits.

mod gate;
mod marks;
mod row;
mod steps;
mod view;
mod zeros;

use std::ops::Range;

use fearless_simd::Level;
use zeroize::Zeroizing;

use super::{key_package, own, residue};
use drivekey_extract::hides_text;
use drivekey_record::GROUPS;
use gate::{Gate, Signs};
use row::Row;
use steps::Digits;
use view::View;

/// Bytes looked at together.
const BLOCK_BYTES: usize = 1024;
/// A block may end so much later, so that no word is cut.
const BLOCK_SLACK_BYTES: usize = 256;
/// Inputs above this are not searched for mixtures of encodings within one screenful.
const BULK_BYTES: usize = 64 * 1024;
/// Larger inputs are no copies of a terminal, whose colours have digits that may stand inside a key.
const COLOURED_BYTES: usize = 1 << 20;
/// A key has a digit in each group, however many others were read as letters.
const DIGITS_MIN: u32 = 8;
/// Digits that make it worth it to fold those of other scripts, and what is invisible; half of a key's.
const FOLDED_DIGITS_MIN: u32 = 24;
/// Digits followed by another that make it worth it to read units of UTF-16: half of what a key in groups has.
const JOINED_MIN: u32 = 20;
/// Fewer that look like digits of other scripts in UTF-16 are chance; of a key that a block has half of, it has twenty.
const LIKELY_UNITS: u32 = 10;

/// More spaces than this share of the bytes: two of five.
const SPACED_SHARE: (usize, usize) = (2, 5);

/// Whether any reader could take a record or an attachment from these bytes, or from a file of this name.
///
/// For plain text of any size it is exact but for keys whose digits change between encodings or stand kilobytes apart,
/// and, in texts longer than a few pages, for those of which most digits became letters and the others are of another
/// script; containers and encoded texts are known by their marks and always let through.
#[must_use]
pub fn could_hold(file_name: Option<&str>, bytes: &[u8]) -> bool {
    if hides_text(bytes)
        || marks::is_container(bytes)
        || marks::is_listing(bytes)
        || key_package::is_one(file_name, bytes)
        || own::could_be_one(bytes)
    {
        return true;
    }
    if bytes.len() <= BULK_BYTES && zeros::are_lost(bytes) {
        return true;
    }
    let is_markup = marks::is_markup(bytes);
    // Tags may stand inside a number, or between two.
    let is_lost_between_tags = |instead: &[u8]| zeros::are_lost(&marks::without_tags(bytes, instead));
    if is_markup && bytes.len() <= BULK_BYTES && (is_lost_between_tags(b"") || is_lost_between_tags(b" ")) {
        return true;
    }
    let content = if is_markup { Content::Markup } else { Content::File };
    Probe::new(content).read(bytes)
        || is_markup && Probe::new(content).read(&marks::without_tags(bytes, b" "))
        || bytes.len() <= BULK_BYTES && bytes.contains(&0) && Probe::new(content).read(&without_zeros(bytes))
        || bytes.len() <= COLOURED_BYTES
            && residue::without_escapes(bytes).is_some_and(|plain| Probe::new(content).read(&plain))
}

/// A reader may drop the zeros of what was widened more than once, and of UTF-16 that is none everywhere.
fn without_zeros(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut rest = Zeroizing::new(Vec::with_capacity(bytes.len()));
    rest.extend(bytes.iter().filter(|byte| **byte != 0));
    rest
}

/// Whether a plain text could hold a recovery password in these bytes.
pub(super) fn text_could_hold(bytes: &[u8]) -> bool {
    Probe::new(Content::Text).read(bytes)
}

/// Whether the beginning of a file is that of a format that is only read whole.
#[must_use]
pub fn is_structured(head: &[u8]) -> bool {
    marks::is_container(head) || marks::is_markup(head) || marks::is_json(head) || own::begins_like_one(head)
}

/// What is looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    /// Plain text, as it is read as a stream.
    Text,
    /// A file: words that announce something encoded let it through.
    File,
    /// A file of markup, which may stand between the groups of a key.
    Markup,
}

/// One row for each way to read digits out of bytes.
struct Probe {
    gate: Gate,
    /// Bytes below 128 are ASCII; UTF-8; the pages of other scripts. Zeros are dropped, which reads most UTF-16, too.
    plain: Row,
    /// Each second byte, from an even and an odd place.
    halves: [Row; 2],
    /// UTF-16 with digits of other scripts: both orders, from even and odd places.
    units: [Row; 4],
    content: Content,
    bulk: bool,
    /// Zeros were seen, as in UTF-16.
    wide: bool,
    view: View,
}

/// A part of the bytes, what is in it, and what is in it and a neighbour, over which a key may reach.
struct Block {
    part: Range<usize>,
    own: Signs,
    /// Its ASCII digits.
    digits: Digits,
    near: Signs,
}

impl Probe {
    fn new(content: Content) -> Self {
        let level = Level::new();
        let row = || Row::new(level, content == Content::Markup);
        Self {
            gate: Gate::new(level),
            plain: row(),
            halves: [row(), row()],
            units: [row(), row(), row(), row()],
            content,
            bulk: false,
            wide: false,
            view: View::new(level),
        }
    }

    fn read(&mut self, bytes: &[u8]) -> bool {
        self.bulk = bytes.len() > BULK_BYTES;
        self.wide = matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]);
        let mut before = Signs::default();
        let mut next = self.look(bytes, 0);
        while let Some(mut block) = next {
            next = self.look(bytes, block.part.end);
            let after = next.as_ref().map(|block| block.own).unwrap_or_default();
            block.near = Signs::near(&before, &block.own, &after);
            if self.block(bytes, &block) {
                return true;
            }
            before = block.own;
        }
        if self.rows().any(Row::finish) {
            return true;
        }
        // Markup, and columns that were wrapped, stand between the groups of one key; in a few pages, of which some are
        // joined.
        self.content == Content::Markup && self.plain.sound_groups() >= GROUPS
            || !self.bulk && self.plain.joined_groups() >= GROUPS
    }

    /// The block that begins there, and what it has in it.
    fn look(&mut self, bytes: &[u8], from: usize) -> Option<Block> {
        if from == bytes.len() {
            return None;
        }
        let part = from..self.block_end(bytes, from);
        let (own, digits) = self.gate.look(bytes, part.clone(), self.wide, if self.bulk { LIKELY_UNITS } else { 1 });
        self.wide |= own.zeros;
        Some(Block { part, own, digits, near: own })
    }

    fn rows(&mut self) -> impl Iterator<Item = &mut Row> {
        std::iter::once(&mut self.plain).chain(&mut self.halves).chain(&mut self.units)
    }

    fn block(&mut self, bytes: &[u8], block: &Block) -> bool {
        // The end of a block may cut a word.
        let around = block.part.start.saturating_sub(marks::ENCODED_BYTES)
            ..bytes.len().min(block.part.end + marks::ENCODED_BYTES);
        if self.content != Content::Text && block.own.words && marks::announces(&bytes[around]) {
            return true;
        }
        let digits = block.near.digits + block.near.foreign;
        // In a few pages, and in markup, the groups of a key may stand far apart.
        let scattered = !self.bulk || self.content == Content::Markup;
        let in_bytes = if digits < if scattered { 1 } else { DIGITS_MIN } {
            std::iter::once(&mut self.plain).chain(&mut self.halves).for_each(Row::part);
            false
        } else {
            self.in_bytes(bytes, block, digits)
        };
        in_bytes || self.in_units(bytes, block)
    }

    fn in_bytes(&mut self, bytes: &[u8], block: &Block, digits: u32) -> bool {
        let Block { part, own, near, .. } = block;
        // Characters of Asia in UTF-16 have bytes like digits all over.
        let in_characters = self.bulk && own.zeros && own.pairs() && near.joined < JOINED_MIN;
        let folds = (own.foreign > 0 || own.folds) && (!self.bulk || digits >= FOLDED_DIGITS_MIN);
        let found = if in_characters {
            self.plain.part();
            false
        } else if folds {
            self.view.folded(bytes, part.clone());
            take(&mut self.plain, &self.view)
        } else if own.zeros {
            self.view.without_zeros(bytes, part.clone());
            take(&mut self.plain, &self.view)
        } else {
            self.plain.take(bytes, part.clone(), &block.digits)
        };
        if found {
            return true;
        }
        // Where only one byte of each pair says anything, dropping the other is enough.
        let spaced = own.spaces as usize * SPACED_SHARE.1 > part.len() * SPACED_SHARE.0;
        if !spaced && (in_characters || !own.zeros || !own.pairs()) {
            self.halves.iter_mut().for_each(Row::part);
            return false;
        }
        (0..2).any(|half| {
            self.view.half(bytes, part.clone(), half, !spaced);
            take(&mut self.halves[half], &self.view)
        })
    }

    fn in_units(&mut self, bytes: &[u8], block: &Block) -> bool {
        let least = if self.bulk { JOINED_MIN } else { 1 };
        (0..4).any(|way| {
            if block.near.units[way] < least {
                self.units[way].part();
                return false;
            }
            self.view.units(bytes, block.part.clone(), way % 2, way / 2 == 1);
            take(&mut self.units[way], &self.view)
        })
    }

    /// Where the block ends: not inside a word, if it can be helped.
    fn block_end(&self, bytes: &[u8], from: usize) -> usize {
        let soon = from + BLOCK_BYTES;
        if soon >= bytes.len() {
            return bytes.len();
        }
        let late = bytes.len().min(soon + BLOCK_SLACK_BYTES);
        self.gate.word_len(&bytes[soon..late]).map_or(late, |len| soon + len)
    }
}

fn take(row: &mut Row, view: &View) -> bool {
    let (text, part) = view.text();
    row.take(text, part, &view.digits())
}

#[cfg(test)]
mod tests;
