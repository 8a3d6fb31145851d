//! The three copies of the metadata: reads and checks each, and chooses the one to use.

use std::io::{Read, Seek};

use super::block::{Block, CopyState, HEAD_BYTES, MetadataCopy, VALIDATION_BYTES};
use super::source::Source;
use drivekey_record::Guid;

const COPIES: usize = 3;

/// A copy, and its block where one could be read.
type ReadCopy = (MetadataCopy, Option<Block>);

/// The copies as they were found, and the block to use.
pub(super) struct Copies {
    pub(super) all: [MetadataCopy; COPIES],
    /// The best block and the number of its copy, from 0.
    pub(super) best: Option<(usize, Block)>,
    /// Readable blocks that differ from the best one, each content once, with the numbers of their copies.
    pub(super) others: Vec<(usize, Block)>,
}

impl Copies {
    /// Reads all three from these offsets. A copy that is not there is looked for where a readable copy says it lies.
    /// With `expected`, blocks of another volume count as missing.
    pub(super) fn read<R: Read + Seek>(
        source: &mut Source<R>,
        start: u64,
        offsets: [Option<u64>; COPIES],
        expected: Option<Guid>,
    ) -> Self {
        let mut read_copy = |index, offset| {
            let (copy, block) = read_copy(source, start, index, offset);
            match &block {
                Some(block) if expected.is_some() && block.volume_guid() != expected => {
                    (MetadataCopy { state: CopyState::Missing, ..copy }, None)
                }
                _ => (copy, block),
            }
        };
        let mut read: [ReadCopy; COPIES] = std::array::from_fn(|index| read_copy(index, offsets[index]));
        let named = best(&read)
            .and_then(|index| read[index].1.as_ref())
            .map(|block| [0, 1, 2].map(|index| block.copy_offset(index)));
        for (index, offset) in named.into_iter().flatten().enumerate() {
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

/// The readable blocks that differ from the used one. A block of another volume stays in: the used one may be the
/// stale copy, left over from an earlier encryption.
fn others(used: &Block, read: [ReadCopy; COPIES]) -> Vec<(usize, Block)> {
    let mut others: Vec<(usize, Block)> = Vec::new();
    for (index, (_, block)) in read.into_iter().enumerate() {
        let Some(block) = block.filter(|block| block.bytes() != used.bytes()) else { continue };
        if others.iter().all(|(_, known)| known.bytes() != block.bytes()) {
            others.push((index, block));
        }
    }
    others
}

/// The first of those with the best state.
fn best(read: &[ReadCopy; COPIES]) -> Option<usize> {
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

fn read_copy<R: Read + Seek>(source: &mut Source<R>, start: u64, index: usize, offset: Option<u64>) -> ReadCopy {
    let found = |state, block| (MetadataCopy { offset, state, differs: false }, block);
    let Some((offset, at)) = offset.and_then(|offset| Some((offset, start.checked_add(offset)?))) else {
        return found(CopyState::Unreadable, None);
    };
    let head = match source.read_at(at, HEAD_BYTES) {
        Ok(head) if head.len() == HEAD_BYTES => head,
        _ => return found(CopyState::Unreadable, None),
    };
    let Some(size) = Block::size(&head) else { return found(CopyState::Missing, None) };
    // A bad sector behind the block costs its checksum, not the block.
    match source.read_at(at, size + VALIDATION_BYTES).or_else(|_| source.read_at(at, size)).map(Block::parse) {
        Ok(Some(block)) => found(block.state(index, offset), Some(block)),
        _ => found(CopyState::Unreadable, None),
    }
}
