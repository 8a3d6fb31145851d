//! Whether bytes could hold a recovery key, told many times faster than they are read: what it turns down, no reader
//! takes a key from. Must not decide that something is a key, and knows no format beyond its first bytes.
//!
//! The digits of a key stand in one order whatever stands between them. So all runs of digits are put in a row, and
//! wherever a run ends the last forty-eight are tried: one row for each way in which bytes become digits.

mod gate;
mod marks;
mod row;
mod view;
mod zeros;

use super::key_package;
use gate::{Block, Signs};
use row::Row;
use view::View;

/// Bytes looked at together.
const BLOCK_BYTES: usize = 1024;
/// A block may end so much later, so that no word is cut.
const BLOCK_SLACK_BYTES: usize = 256;
/// How far back digits of other scripts in UTF-16 may begin before they are recognised as such.
const REACH_BYTES: usize = 4096;
/// Inputs above this are not searched for mixtures of encodings within one screenful.
const BULK_BYTES: usize = 64 * 1024;

/// Whether any reader could take a record or an attachment from these bytes, or from a file of this name.
///
/// For plain text of any size it is exact but for keys whose digits change between encodings or stand kilobytes apart;
/// containers and encoded texts are known by their marks and always let through.
#[must_use]
pub fn could_hold(file_name: Option<&str>, bytes: &[u8]) -> bool {
    if marks::is_container(bytes) || marks::holds_encoded(bytes) || key_package::is_one(file_name, bytes) {
        return true;
    }
    if bytes.len() <= BULK_BYTES && zeros::are_lost(bytes) {
        return true;
    }
    let mut probe = Probe::new(marks::is_markup(bytes));
    probe.read(bytes)
}

/// Whether a plain text could hold a recovery password in these bytes.
pub(super) fn text_could_hold(bytes: &[u8]) -> bool {
    Probe::new(false).read(bytes)
}

/// Whether the beginning of a file is that of a format that is only read whole.
#[must_use]
pub fn is_structured(head: &[u8]) -> bool {
    marks::is_container(head) || marks::is_markup(head) || marks::is_json(head)
}

/// One row for each way to read digits out of bytes.
struct Probe {
    /// Bytes below 128 are ASCII; UTF-8; the pages of other scripts. Zeros are dropped, which reads most UTF-16, too.
    plain: Row,
    /// Each second byte, from an even and an odd place.
    halves: [Row; 2],
    /// UTF-16 with digits of other scripts: both orders, from even and odd places.
    units: [Row; 4],
    markup: bool,
    bulk: bool,
    /// Zeros were seen, as in UTF-16.
    wide: bool,
    /// Up to where digits of other scripts in UTF-16 are reckoned with.
    foreign_until: usize,
    scratch: View,
}

impl Probe {
    fn new(markup: bool) -> Self {
        let row = || Row::new();
        Self {
            plain: row(),
            halves: [row(), row()],
            units: [row(), row(), row(), row()],
            markup,
            bulk: false,
            wide: false,
            foreign_until: 0,
            scratch: View::with_capacity(BLOCK_BYTES + BLOCK_SLACK_BYTES + REACH_BYTES),
        }
    }

    fn read(&mut self, bytes: &[u8]) -> bool {
        self.bulk = bytes.len() > BULK_BYTES;
        self.wide = matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]);
        let mut from = 0;
        while from < bytes.len() {
            let to = block_end(bytes, from);
            if self.block(bytes, from, to) {
                return true;
            }
            from = to;
        }
        let mut rows = std::iter::once(&mut self.plain).chain(&mut self.halves).chain(&mut self.units);
        if rows.any(Row::finish) {
            return true;
        }
        // Markup, and columns that were wrapped, stand between the groups of one key.
        (self.markup || !self.bulk) && self.plain.sound_groups() >= crate::record::GROUPS
    }

    fn block(&mut self, bytes: &[u8], from: usize, to: usize) -> bool {
        let block = Block::new(bytes, from, to);
        let signs = block.signs();
        self.wide |= signs.zeros;
        self.in_bytes(bytes, from, to, signs) || self.wide && self.in_units(bytes, from, to, &block, signs)
    }

    fn in_bytes(&mut self, bytes: &[u8], from: usize, to: usize, signs: Signs) -> bool {
        if !signs.foreign && !gate::has_digits(&bytes[from..to]) {
            return std::iter::once(&mut self.plain).chain(&mut self.halves).any(Row::finish);
        }
        let kana = self.bulk && signs.zeros && gate::is_kana(&bytes[from..to]);
        let found = if kana {
            false
        } else if signs.foreign {
            self.scratch.folded(bytes, from, to);
            self.plain.take(self.scratch.bytes())
        } else if signs.zeros {
            self.scratch.without_zeros(&bytes[from..to]);
            self.plain.take(self.scratch.bytes())
        } else {
            self.plain.take_within(bytes, from, to)
        };
        if found {
            return true;
        }
        // Where only one byte of each pair says anything, dropping the other is enough.
        let spaced = gate::is_spaced(&bytes[from..to]);
        (spaced || signs.zeros && signs.pairs)
            && (0..2).any(|half| {
                self.scratch.half(bytes, from, to, half, !spaced);
                self.halves[half].take(self.scratch.bytes())
            })
    }

    fn in_units(&mut self, bytes: &[u8], from: usize, to: usize, block: &Block<'_>, signs: Signs) -> bool {
        let going_on = from < self.foreign_until;
        let foreign = signs.pairs && block.foreign_units();
        if !foreign && !going_on {
            return false;
        }
        // The groups before may have been of ASCII digits.
        let from = if going_on { from } else { from.saturating_sub(REACH_BYTES) };
        if foreign {
            self.foreign_until = to + REACH_BYTES;
        }
        (0..4).any(|way| {
            self.scratch.units(bytes, from, to, way % 2, way / 2 == 1);
            self.units[way].take(self.scratch.bytes())
        })
    }
}

/// Where the block ends: not inside a word, if it can be helped.
fn block_end(bytes: &[u8], from: usize) -> usize {
    let soon = from + BLOCK_BYTES;
    if soon >= bytes.len() {
        return bytes.len();
    }
    let late = bytes.len().min(soon + BLOCK_SLACK_BYTES);
    let parts = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | b'-' | b',' | b';');
    bytes[soon..late].iter().position(parts).map_or(late, |len| soon + len)
}

#[cfg(test)]
mod tests;
