//! Ceilings for files inside files: how deep they may lie, and how many members, bytes and pictures one source file
//! may give.

use std::cell::Cell;
use std::io::{ErrorKind, Read};

use zeroize::Zeroizing;

/// So many files inside files inside files are an attack, not a habit.
const DEPTH_MAX: usize = 6;
/// Members of all archives in one source file together.
const MEMBERS_MAX: usize = 10_000;
/// Pictures inside one source file that are looked at. Each may take its reader a minute: more than a folder of sheets
/// that somebody scanned has are a way to keep a machine busy.
const PICTURES_MAX: usize = 100;
/// What one member may hold; the same as a file by itself.
const MEMBER_BYTES_MAX: usize = 64 << 20;
/// What all members together may hold.
const ALL_BYTES_MAX: usize = 256 << 20;
/// The first piece that is unpacked; each further one is twice the size.
const FIRST_PIECE_BYTES: usize = 16 << 10;

/// What may still be taken out of one source file.
pub struct Budget {
    bytes: Cell<usize>,
    members: Cell<usize>,
    pictures: Cell<usize>,
}

/// How deep inside other files a file lies, and what may still be taken out of the outermost one.
#[derive(Clone, Copy)]
pub struct Nest<'a> {
    depth: usize,
    budget: &'a Budget,
}

/// What came out of a packed stream.
pub(crate) enum Unpacked {
    /// All of it.
    Whole(Zeroizing<Vec<u8>>),
    /// The beginning: the rest is damaged.
    Begun(Zeroizing<Vec<u8>>),
    /// More than may be unpacked.
    Beyond,
}

impl Budget {
    /// All of it.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: Cell::new(ALL_BYTES_MAX), members: Cell::new(MEMBERS_MAX), pictures: Cell::new(PICTURES_MAX) }
    }

    fn take_bytes(&self, count: usize) -> bool {
        let left = self.bytes.get().checked_sub(count);
        self.bytes.set(left.unwrap_or(0));
        left.is_some()
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a> Nest<'a> {
    /// The source file itself.
    #[must_use]
    pub const fn outermost(budget: &'a Budget) -> Self {
        Self { depth: 0, budget }
    }

    /// The place of its members; `None` where that is too deep.
    pub(crate) fn deeper(self) -> Option<Self> {
        (self.depth < DEPTH_MAX).then_some(Self { depth: self.depth + 1, ..self })
    }

    /// Counts one more member; false where there are too many.
    pub(crate) fn take_member(self) -> bool {
        take_one(&self.budget.members)
    }

    /// Counts one more picture that is to be looked at; false where there are too many.
    #[must_use]
    pub fn take_picture(self) -> bool {
        take_one(&self.budget.pictures)
    }

    /// Whether it is the source file itself.
    #[must_use]
    pub const fn is_outermost(self) -> bool {
        self.depth == 0
    }

    /// Takes bytes that are about to be copied out; false where they are too many.
    pub(crate) fn take_bytes(self, count: usize) -> bool {
        count <= MEMBER_BYTES_MAX && self.budget.take_bytes(count)
    }

    /// Reads a packed stream to its end. Whatever size it claims, only what really comes out is held, and no buffer is
    /// moved while it is filled.
    pub(crate) fn unpack(self, mut stream: impl Read) -> Unpacked {
        let mut pieces: Vec<Zeroizing<Vec<u8>>> = Vec::new();
        let mut size = FIRST_PIECE_BYTES;
        let (mut all, mut whole) = (0, false);
        while !whole {
            let mut piece = Zeroizing::new(vec![0; size]);
            let (filled, end) = fill(&mut stream, &mut piece);
            all += filled;
            if !self.budget.take_bytes(filled) || all > MEMBER_BYTES_MAX {
                return Unpacked::Beyond;
            }
            piece.truncate(filled);
            pieces.push(piece);
            match end {
                End::Full => size = (size * 2).min(1 << 20),
                End::Over => whole = true,
                End::Broken => break,
            }
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(all));
        for piece in &pieces {
            bytes.extend_from_slice(piece);
        }
        if whole { Unpacked::Whole(bytes) } else { Unpacked::Begun(bytes) }
    }
}

fn take_one(of: &Cell<usize>) -> bool {
    let left = of.get().checked_sub(1);
    of.set(left.unwrap_or(0));
    left.is_some()
}

/// How filling a buffer ended.
enum End {
    Full,
    Over,
    Broken,
}

fn fill(stream: &mut impl Read, piece: &mut [u8]) -> (usize, End) {
    let mut filled = 0;
    while filled < piece.len() {
        match stream.read(&mut piece[filled..]) {
            Ok(0) => return (filled, End::Over),
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return (filled, End::Broken),
        }
    }
    (filled, End::Full)
}
