//! What a disk holds after a power cut: from everything that was written, synced, made and deleted, each state that may
//! be found afterwards. What was synced is there; of the rest any part is, sector by sector; names of files come and go
//! in their order. Must not know whose files these are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const SECTOR_BYTES: u64 = 512;

/// Files by name, as a disk shows them.
pub(crate) type Image = BTreeMap<PathBuf, Vec<u8>>;

/// One thing that was done to the disk.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Create(PathBuf),
    Write {
        path: PathBuf,
        at: u64,
        bytes: Vec<u8>,
    },
    Truncate {
        path: PathBuf,
        size: u64,
    },
    Sync(PathBuf),
    /// The system said that it failed: what was to be synced may be lost for ever, and no later sync tells.
    FailedSync(PathBuf),
    Delete(PathBuf),
    SyncFolder,
}

/// Which of the things that were not synced have reached the disk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Survivors {
    All,
    None,
    First,
    Last,
    AllButFirst,
    AllButLast,
    /// All, and of the last write so many bytes.
    Torn(usize),
    /// Only what was written to files whose names end so, or do not.
    Ending(&'static str, bool),
    /// Files have their new lengths, and zeros for what was written behind the old one.
    Lengths,
    /// Each sector by lot.
    Lot(u32),
}

/// Which of the names that were not synced have reached the disk: so many of all, the first ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Names {
    All,
    None,
    Lot(u32),
}

#[derive(Debug, Clone)]
enum Change {
    Bytes { at: u64, bytes: Vec<u8> },
    Size(u64),
}

#[derive(Debug, Clone)]
struct Unsynced {
    change: Change,
    /// Its place among all changes.
    order: usize,
    /// A sync of it failed.
    doubtful: bool,
}

#[derive(Debug, Clone, Default)]
struct Node {
    synced: Vec<u8>,
    unsynced: Vec<Unsynced>,
}

/// A disk on the way: what is safe on it, and what is not yet.
pub(crate) struct Disk {
    nodes: Vec<Node>,
    now: BTreeMap<PathBuf, usize>,
    synced_names: BTreeMap<PathBuf, usize>,
    unsynced_names: Vec<(PathBuf, Option<usize>)>,
    changes: usize,
    /// Whether what a failed sync left behind arrives with the next one all the same.
    forgiving: bool,
}

impl Disk {
    pub(crate) fn new(files: &Image, forgiving: bool) -> Self {
        let nodes = files.values().map(|bytes| Node { synced: bytes.clone(), unsynced: Vec::new() }).collect();
        let names: BTreeMap<PathBuf, usize> = files.keys().cloned().zip(0..).collect();
        Self { nodes, now: names.clone(), synced_names: names, unsynced_names: Vec::new(), changes: 0, forgiving }
    }

    pub(crate) fn step(&mut self, op: &Op) {
        match op {
            Op::Create(path) => {
                self.nodes.push(Node::default());
                self.now.insert(path.clone(), self.nodes.len() - 1);
                self.unsynced_names.push((path.clone(), Some(self.nodes.len() - 1)));
            }
            Op::Write { path, at, bytes } => {
                let (mut at, mut rest) = (*at, bytes.as_slice());
                while !rest.is_empty() {
                    let room = usize::try_from(SECTOR_BYTES - at % SECTOR_BYTES).unwrap().min(rest.len());
                    let (sector, others) = rest.split_at(room);
                    self.change(path, Change::Bytes { at, bytes: sector.to_vec() });
                    at += room as u64;
                    rest = others;
                }
            }
            Op::Truncate { path, size } => self.change(path, Change::Size(*size)),
            Op::Sync(path) => {
                let node = &mut self.nodes[self.now[path]];
                for unsynced in std::mem::take(&mut node.unsynced) {
                    if self.forgiving || !unsynced.doubtful {
                        apply(&mut node.synced, &unsynced.change);
                    }
                }
            }
            Op::FailedSync(path) => {
                self.nodes[self.now[path]].unsynced.iter_mut().for_each(|unsynced| unsynced.doubtful = true);
            }
            Op::Delete(path) => {
                self.now.remove(path);
                self.unsynced_names.push((path.clone(), None));
            }
            Op::SyncFolder => {
                for (path, node) in std::mem::take(&mut self.unsynced_names) {
                    name(&mut self.synced_names, &path, node);
                }
            }
        }
    }

    fn change(&mut self, path: &Path, change: Change) {
        self.changes += 1;
        // A file that was made by other means than the library's is there from its first change on.
        let node = *self.now.entry(path.to_owned()).or_insert_with(|| {
            self.nodes.push(Node::default());
            self.synced_names.insert(path.to_owned(), self.nodes.len() - 1);
            self.nodes.len() - 1
        });
        self.nodes[node].unsynced.push(Unsynced { change, order: self.changes, doubtful: false });
    }

    /// Whether everything that was done is safe.
    pub(crate) fn is_synced(&self) -> bool {
        self.unsynced_names.is_empty() && self.now.values().all(|node| self.nodes[*node].unsynced.is_empty())
    }

    /// What is found after the power came back.
    pub(crate) fn after_a_cut(&self, survivors: Survivors, names: Names) -> Image {
        let mut found = self.synced_names.clone();
        let count = match names {
            Names::All => self.unsynced_names.len(),
            Names::None => 0,
            Names::Lot(seed) => lot(seed, self.changes) as usize % (self.unsynced_names.len() + 1),
        };
        for (path, node) in &self.unsynced_names[..count] {
            name(&mut found, path, *node);
        }
        let orders = || found.values().flat_map(|node| &self.nodes[*node].unsynced).map(|unsynced| unsynced.order);
        let (first, last) = (orders().min(), orders().max());
        found
            .iter()
            .map(|(path, node)| (path.clone(), Self::content(path, &self.nodes[*node], survivors, (first, last))))
            .collect()
    }

    fn content(
        path: &Path,
        node: &Node,
        survivors: Survivors,
        (first, last): (Option<usize>, Option<usize>),
    ) -> Vec<u8> {
        let mut content = node.synced.clone();
        for Unsynced { change, order, .. } in &node.unsynced {
            let (is_first, is_last) = (Some(*order) == first, Some(*order) == last);
            let arrives = match survivors {
                Survivors::All | Survivors::Torn(_) | Survivors::Lengths => true,
                Survivors::None => false,
                Survivors::First => is_first,
                Survivors::Last => is_last,
                Survivors::AllButFirst => !is_first,
                Survivors::AllButLast => !is_last,
                Survivors::Ending(end, so) => path.as_os_str().as_encoded_bytes().ends_with(end.as_bytes()) == so,
                Survivors::Lot(seed) => lot(seed, *order) >> 31 == 0,
            };
            match (survivors, change) {
                _ if !arrives => {}
                (Survivors::Torn(most), Change::Bytes { at, bytes }) if is_last => {
                    let bytes = bytes[..most.min(bytes.len().saturating_sub(1))].to_vec();
                    apply(&mut content, &Change::Bytes { at: *at, bytes });
                }
                (Survivors::Lengths, Change::Bytes { at, bytes }) => {
                    let end = usize::try_from(*at).unwrap() + bytes.len();
                    content.resize(content.len().max(end), 0);
                }
                _ => apply(&mut content, change),
            }
        }
        content
    }
}

fn name(names: &mut BTreeMap<PathBuf, usize>, path: &Path, node: Option<usize>) {
    match node {
        Some(node) => drop(names.insert(path.to_owned(), node)),
        None => drop(names.remove(path)),
    }
}

fn apply(content: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Size(size) => content.resize(usize::try_from(*size).unwrap(), 0),
        Change::Bytes { bytes, .. } if bytes.is_empty() => {}
        Change::Bytes { at, bytes } => {
            let at = usize::try_from(*at).unwrap();
            content.resize(content.len().max(at + bytes.len()), 0);
            content[at..at + bytes.len()].copy_from_slice(bytes);
        }
    }
}

/// A number of no quality, the same on every machine.
pub(crate) fn lot(seed: u32, number: usize) -> u32 {
    let mut state = seed.wrapping_mul(0x9E37_79B1)
        ^ u32::try_from(number % (1 << 30)).unwrap().wrapping_mul(0x85EB_CA77)
        ^ 0x5BD1_E995;
    for _ in 0..3 {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state = state.wrapping_mul(0xC2B2_AE3D) | 1;
    }
    state
}
