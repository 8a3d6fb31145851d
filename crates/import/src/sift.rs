//! Plain text of any length, piece by piece, in constant memory: the probe finds the parts that could hold a key, these
//! are kept with what stands around them, and the reader of texts reads what was kept.

use zeroize::Zeroizing;

use super::input::Input;
use super::probe::text_could_hold;
use super::{Place, Reading, Remark, RemarkKind, plain};
use drivekey_extract::{Budget, Encoding, Nest, detect};

mod cut;
mod lines;

use lines::Lines;

/// So much is looked at together; also the best size for a piece.
pub const PIECE_BYTES: usize = 128 * 1024;
/// What stands around a key, for its Key ID and its labels, before and behind.
const CONTEXT_BYTES: usize = 32 * 1024;
/// A key that is longer than this on disk, with all that stands between its digits, may be missed at the edge of a
/// piece.
const KEY_BYTES: usize = 8 * 1024;
/// The parts kept before they are read: only a text that is full of keys reaches it.
const KEPT_BYTES: usize = 16 * 1024 * 1024;
/// Characters of four bytes are not torn.
const ALIGNMENT: usize = 4;
const UTF16_LE_BOM: &[u8] = b"\xFF\xFE";
const UTF16_BE_BOM: &[u8] = b"\xFE\xFF";

/// Takes a text in pieces and gives a [`Reading`] as for the whole.
pub struct Sifter {
    name: Option<String>,
    /// The end of what was looked at before, then the piece that is being filled.
    window: Zeroizing<Vec<u8>>,
    /// Where in the window the new piece begins.
    new_from: usize,
    encoding: Option<Encoding>,
    /// The lines before the window.
    before_window: Lines,
    kept: Zeroizing<Vec<u8>>,
    /// Where each part begins in `kept`, and how many lines of the file stand before it.
    parts: Vec<(usize, usize)>,
    /// What follows a hit is kept as well: so much is still to come.
    owed: usize,
    kept_limit: usize,
    reading: Option<Reading>,
}

impl std::fmt::Debug for Sifter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sifter").field("kept_bytes", &self.kept.len()).finish_non_exhaustive()
    }
}

impl Sifter {
    /// Begins a text. `file_name` as for [`super::read`].
    #[must_use]
    pub fn new(file_name: Option<&str>) -> Self {
        Self {
            name: file_name.map(str::to_owned),
            window: Zeroizing::new(Vec::with_capacity(CONTEXT_BYTES + PIECE_BYTES)),
            new_from: 0,
            encoding: None,
            before_window: Lines::default(),
            kept: Zeroizing::new(Vec::new()),
            parts: Vec::new(),
            owed: 0,
            kept_limit: KEPT_BYTES,
            reading: None,
        }
    }

    /// Takes the next piece, of any length.
    pub fn take(&mut self, mut piece: &[u8]) {
        if self.skips(piece) {
            return;
        }
        while !piece.is_empty() {
            let room = (self.new_from + PIECE_BYTES).saturating_sub(self.window.len()).min(piece.len());
            self.window.extend_from_slice(&piece[..room]);
            piece = &piece[room..];
            if self.window.len() == self.new_from + PIECE_BYTES {
                self.look();
            }
        }
    }

    /// The same as taking so many zeros, in a moment: nobody reads what is a hole in a file.
    pub fn skip(&mut self, mut zeros: u64) {
        static ZEROS: [u8; PIECE_BYTES] = [0; PIECE_BYTES];
        while zeros > 0 {
            let aligned = zeros / ALIGNMENT as u64 * ALIGNMENT as u64;
            if aligned > 0 && self.is_between() {
                self.pass(aligned);
                zeros -= aligned;
                continue;
            }
            // To the end of the piece that was begun, and as far as what stands behind a hit is kept.
            let room = (self.new_from + PIECE_BYTES).saturating_sub(self.window.len());
            let taken = usize::try_from(zeros).unwrap_or(room).min(room);
            self.take(&ZEROS[..taken]);
            zeros -= taken as u64;
        }
    }

    /// Zeros between two pieces, as a file with holes has them, need not be looked at.
    fn skips(&mut self, piece: &[u8]) -> bool {
        let skips = piece.len().is_multiple_of(ALIGNMENT) && self.is_between() && lines::is_zero(piece);
        if skips {
            self.pass(piece.len() as u64);
        }
        skips
    }

    /// Whether no piece was begun and nothing is to be kept.
    fn is_between(&self) -> bool {
        self.window.len() == self.new_from
            && self.owed == 0
            && self.encoding.is_some()
            && self.window.len().is_multiple_of(ALIGNMENT)
    }

    /// Goes on behind the window and so many zeros.
    fn pass(&mut self, zeros: u64) {
        let encoding = self.encoding.unwrap_or(Encoding::Utf8);
        self.before_window.add(&self.window, encoding);
        self.before_window.add_zeros(zeros);
        self.window.clear();
        self.new_from = 0;
    }

    /// What came of the whole text.
    #[must_use]
    pub fn finish(mut self) -> Reading {
        self.look();
        self.read_kept(true);
        self.reading.unwrap_or_else(|| Reading {
            remarks: vec![Remark::whole(RemarkKind::NoPasswordInFile)],
            ..Reading::default()
        })
    }

    /// Looks at the new piece, keeps of it what is to be kept, and makes room for the next.
    fn look(&mut self) {
        if self.window.len() == self.new_from {
            return;
        }
        let encoding = *self.encoding.get_or_insert_with(|| detect(&self.window).encoding);
        let hit = text_could_hold(&self.window[self.new_from.saturating_sub(KEY_BYTES)..]);
        if hit {
            if self.owed == 0 {
                self.begin_part(encoding);
            } else {
                self.keep(self.new_from, self.window.len());
            }
            self.owed = CONTEXT_BYTES;
        } else if self.owed > 0 {
            let to = self.window.len().min(self.new_from + self.owed);
            self.keep(self.new_from, to);
            self.owed = 0;
            self.end_part(encoding);
        }
        self.slide(encoding);
        if self.kept.len() + CONTEXT_BYTES + PIECE_BYTES > self.kept_limit {
            self.read_kept(false);
        }
    }

    fn begin_part(&mut self, encoding: Encoding) {
        if self.kept.capacity() == 0 {
            self.kept = Zeroizing::new(Vec::with_capacity(self.kept_limit));
        }
        if self.kept.is_empty() && self.before_window.bytes() > 0 {
            // The mark of its encoding stands at the beginning of the file only.
            match encoding {
                Encoding::Utf16Le(2) => self.kept.extend_from_slice(UTF16_LE_BOM),
                Encoding::Utf16Be(2) => self.kept.extend_from_slice(UTF16_BE_BOM),
                _ => {}
            }
        }
        let at = self.kept.len();
        self.parts.push((at, self.before_window.count()));
        self.keep(0, self.window.len());
        if let Some(rest) = self.before_window.rest_of_line_end(&self.window, encoding) {
            // It was counted with the line before.
            self.kept[at + rest] = b' ';
        }
        if lines::is_bytewise(encoding) && self.before_window.bytes() > 0 {
            // The rest of a character whose beginning was left behind.
            self.kept[at..]
                .iter_mut()
                .take(ALIGNMENT)
                .take_while(|byte| matches!(**byte, 0x80..0xC0))
                .for_each(|byte| *byte = b' ');
        }
    }

    /// A character whose end is left behind is no character.
    fn end_part(&mut self, encoding: Encoding) {
        if lines::is_bytewise(encoding) {
            let last = self.kept.len().saturating_sub(ALIGNMENT - 1);
            let torn = std::str::from_utf8(&self.kept[last..]).err().filter(|error| error.error_len().is_none());
            if let Some(error) = torn {
                self.kept[last + error.valid_up_to()..].fill(b' ');
            }
        }
    }

    fn keep(&mut self, from: usize, to: usize) {
        self.kept.extend_from_slice(&self.window[from..to]);
    }

    /// Leaves the end of the window for the next piece.
    fn slide(&mut self, encoding: Encoding) {
        let gone = self.window.len().saturating_sub(CONTEXT_BYTES) / ALIGNMENT * ALIGNMENT;
        self.before_window.add(&self.window[..gone], encoding);
        self.window.drain(..gone);
        self.new_from = self.window.len();
    }

    /// Reads what was kept. `all`: nothing follows; otherwise the last records are left for the next reading.
    fn read_kept(&mut self, all: bool) {
        if self.kept.is_empty() {
            return;
        }
        let encoding = self.encoding.unwrap_or(Encoding::Utf8);
        let budget = Budget::new();
        let read = |bytes: &[u8]| {
            let input = Input::outermost(self.name.as_deref(), bytes, Nest::outermost(&budget));
            plain::read(&Input { is_part: true, ..input })
        };
        let mut reading = read(&self.kept);
        let mut cut = None;
        if !all {
            let last_key = cut::last_key(&self.kept, &reading, encoding);
            if let Some(at) = last_key {
                reading = read(&self.kept[..at]);
            }
            cut = Some(cut::next_start(&self.kept, &reading, encoding, last_key));
        }
        self.place_in_file(&mut reading, encoding);
        match &mut self.reading {
            None => self.reading = Some(reading),
            Some(whole) => join(whole, reading),
        }
        if let Some(cut) = cut {
            self.leave(cut, encoding);
        }
    }

    /// Lines of what was kept become lines of the file.
    fn place_in_file(&self, reading: &mut Reading, encoding: Encoding) {
        let starts = self.part_lines(encoding);
        let moved = |place: Place| match place {
            Place::Line(line) => {
                let part = starts.partition_point(|(kept, _)| *kept < line).saturating_sub(1);
                let (kept, in_file) = starts.get(part).copied().unwrap_or_default();
                Place::Line(line - kept + in_file)
            }
            other @ Place::Record(_) => other,
        };
        reading.records.iter_mut().for_each(|record| record.place = moved(record.place));
        reading.remarks.iter_mut().for_each(|remark| remark.place = remark.place.map(moved));
    }

    /// For each part, the lines before it in what was kept and in the file.
    fn part_lines(&self, encoding: Encoding) -> Vec<(usize, usize)> {
        let mut lines = Lines::default();
        let mut from = 0;
        let starts = self.parts.iter().map(|(at, in_file)| {
            lines.add(&self.kept[from..*at], encoding);
            from = *at;
            (lines.count(), *in_file)
        });
        starts.collect()
    }

    /// Goes on with what stands behind the cut.
    fn leave(&mut self, cut: usize, encoding: Encoding) {
        let part = self.parts.partition_point(|(at, _)| *at <= cut).saturating_sub(1);
        let (at, in_file) = self.parts.get(part).copied().unwrap_or_default();
        // The mark of the encoding takes the place of the end of the line before.
        let mark = match encoding {
            Encoding::Utf16Le(2) => UTF16_LE_BOM,
            Encoding::Utf16Be(2) => UTF16_BE_BOM,
            _ => &[],
        };
        let mut lines = Lines::default();
        lines.add(&self.kept[at..self.kept.len().min(cut + mark.len())], encoding);
        let mut parts = vec![(0, in_file + lines.count())];
        parts.extend(self.parts[part + 1..].iter().map(|(at, in_file)| (at - cut, *in_file)));
        self.parts = parts;
        self.kept.drain(..cut);
        if let Some(first) = self.kept.get_mut(..mark.len()) {
            first.copy_from_slice(mark);
        }
    }
}

fn join(whole: &mut Reading, more: Reading) {
    whole.records.extend(more.records);
    whole.remarks.extend(more.remarks);
    whole.partial.extend(more.partial);
    whole.source = whole.source.or(more.source);
    // A part without a key says nothing of the whole.
    if !whole.records.is_empty() {
        whole.remarks.retain(|remark| remark.place.is_some() || remark.kind != RemarkKind::NoPasswordInFile);
    }
}

#[cfg(test)]
mod tests;
