//! The three metadata copies: reads each, judges each, chooses the best. Must not know what they say.

use std::io::{Read, Seek};

use super::block::{Block, Copy, CopyState, HEAD_BYTES, VALIDATION_BYTES};
use super::source::Source;
use drivekey_record::Guid;

const COPIES: usize = 3;

/// What was found, and the block to use.
pub(super) struct Copies {
    pub(super) all: [Copy; COPIES],
    /// The best block and the number of its copy, from 0.
    pub(super) best: Option<(usize, Block)>,
    /// Readable ones that say something else, each once, with the numbers of their copies.
    pub(super) others: Vec<(usize, Block)>,
}

impl Copies {
    /// Reads all three, from these places and, where that fails, a readable copy's own.
    /// Where `of` names a volume, copies of another one are none.
    pub(super) fn read<R: Read + Seek>(
        source: &mut Source<R>,
        start: u64,
        places: [Option<u64>; COPIES],
        of: Option<Guid>,
    ) -> Self {
        let mut read_copy = |index, offset| {
            let (copy, block) = read_copy(source, start, index, offset);
            match &block {
                Some(block) if of.is_some() && block.volume_guid() != of => {
                    (Copy { state: CopyState::Missing, ..copy }, None)
                }
                _ => (copy, block),
            }
        };
        let mut read: [(Copy, Option<Block>); COPIES] = std::array::from_fn(|index| read_copy(index, places[index]));
        let told = best(&read)
            .and_then(|index| read[index].1.as_ref())
            .map(|block| [0, 1, 2].map(|index| block.copy_offset(index)));
        for (index, offset) in told.into_iter().flatten().enumerate() {
            if read[index].1.is_none() && offset.is_some() && offset != read[index].0.offset {
                let again = read_copy(index, offset);
                if again.1.is_some() || read[index].0.offset.is_none() {
                    read[index] = again;
                }
            }
        }
        let best = best(&read);
        let mut copies = [0, 1, 2].map(|index: usize| read[index].0);
        let chosen = best.and_then(|index| Some((index, read[index].1.take()?)));
        if let Some((_, used)) = &chosen {
            for (copy, (_, block)) in copies.iter_mut().zip(&read) {
                copy.differs = block.as_ref().is_some_and(|block| block.bytes() != used.bytes());
            }
        }
        let others = chosen.as_ref().map(|(_, used)| others(used, read)).unwrap_or_default();
        Self { all: copies, best: chosen, others }
    }
}

fn others(used: &Block, read: [(Copy, Option<Block>); COPIES]) -> Vec<(usize, Block)> {
    let mut others: Vec<(usize, Block)> = Vec::new();
    for (index, (_, block)) in read.into_iter().enumerate() {
        // Of another volume, too: it may be the used one that is left over from an earlier encryption.
        let Some(block) = block.filter(|block| block.bytes() != used.bytes()) else { continue };
        if others.iter().all(|(_, known)| known.bytes() != block.bytes()) {
            others.push((index, block));
        }
    }
    others
}

/// The first with the best state.
fn best(read: &[(Copy, Option<Block>); COPIES]) -> Option<usize> {
    let rank = |state: CopyState| match state {
        CopyState::Valid => 0,
        CopyState::Misplaced => 1,
        CopyState::NoChecksum => 2,
        CopyState::BadChecksum => 3,
        CopyState::Missing | CopyState::Unreadable => 4,
    };
    let readable = read.iter().enumerate().filter(|(_, (_, block))| block.is_some());
    readable.min_by_key(|(_, (copy, _))| rank(copy.state)).map(|(index, _)| index)
}

fn read_copy<R: Read + Seek>(
    source: &mut Source<R>,
    start: u64,
    index: usize,
    offset: Option<u64>,
) -> (Copy, Option<Block>) {
    let found = |state, block| (Copy { offset, state, differs: false }, block);
    let Some((offset, at)) = offset.and_then(|offset| Some((offset, start.checked_add(offset)?))) else {
        return found(CopyState::Unreadable, None);
    };
    let head = match source.read_at(at, HEAD_BYTES) {
        Ok(head) if head.len() == HEAD_BYTES => head,
        _ => return found(CopyState::Unreadable, None),
    };
    let Some(size) = Block::size(&head) else { return found(CopyState::Missing, None) };
    // A bad sector behind the block takes its checksum only.
    match source.read_at(at, size + VALIDATION_BYTES).or_else(|_| source.read_at(at, size)).map(Block::parse) {
        Ok(Some(block)) => found(block.state(index, offset), Some(block)),
        _ => found(CopyState::Unreadable, None),
    }
}
