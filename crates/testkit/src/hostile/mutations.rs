//! Changes a volume with knowledge of its structure: lengths, roles, kinds, order, nesting and texts of its datums, and
//! what is sealed in them under known keys. Then it repairs the checksums that would give the change away.
#![allow(clippy::unwrap_used, clippy::pedantic, reason = "what fails here is what is sought")]

use aes::Aes256;
use aes::cipher::{KeyInit, consts};
use ccm::aead::AeadInOut;

use crate::fve_support::crypt::{ccm_seal, crc32, sha256};
use crate::fve_support::made::Made;
use crate::hostile::drives::{BOOT_BYTES, COPIES};

/// The keys of the seeds: under the first lies what a volume yields once it is open.
pub const KEYS: [[u8; 32]; 3] = [Made::MASTER, [0x42; 32], [7; 32]];
const HEADERS_BYTES: usize = 112;
const BLOCK_BYTES_MAX: usize = 64 * 1024;
const DEPTH_MAX: usize = 4;
const SEALED: u16 = 5;
const EDGES: [u16; 12] = [0, 1, 7, 8, 9, 11, 12, 27, 28, 0x7FFF, 0x8000, 0xFFFF];
const ROLES: [u16; 16] = [0, 2, 3, 4, 6, 7, 0xB, 0xF, 0x12, 0x13, 0x19, 1, 5, 0x14, 0x100, 0xFFFF];
const KINDS: [u16; 18] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0xC, 0xD, 0xE, 0xF, 0x15, 0x17, 0x18, 0, 0xFFFF];
const CODES: [u16; 14] =
    [0x0800, 0, 0x0100, 0x0200, 0x0300, 0x0400, 0x0500, 0x0700, 0x1000, 0x2000, 0x4000, 0x08FF, 0x1001, 0x2003];
const CIPHERS: [u16; 10] = [0, 0x8000, 0x8001, 0x8002, 0x8003, 0x8004, 0x8005, 0x8006, 0x2003, 0xFFFF];
const NUMBERS: [u64; 12] =
    [0, 1, 511, 4095, 1 << 20, 8 << 20, (8 << 20) - 1, 1 << 32, 1 << 63, u64::MAX - 4095, u64::MAX - 1, u64::MAX];
const TEXTS: [&str; 9] = [
    "",
    " ",
    "PC",
    "PC-1 C: 22/11/2026",
    "PC-1 Neues Laufwerk 22. 11. 2026",
    "\u{1b}[2J\u{202e}\u{7}\r\n",
    "A \u{fb2c}\u{fb2c}\u{fb2c}\u{1F511} \u{0661}\u{0662}/\u{0663}/\u{0664}",
    "9999/9999/9999 99999 0/0/0",
    "\u{feff}\u{200b}\u{0}rest",
];

/// Chance, from a seed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u32) -> Self {
        Self(u64::from(seed) << 1 | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 16
    }

    /// From 0, below `count`.
    fn below(&mut self, count: usize) -> usize {
        (self.next() % count.max(1) as u64) as usize
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

/// A datum with what is nested or sealed in it.
#[derive(Clone)]
struct Node {
    /// A length other than its own.
    said: Option<u16>,
    role: u16,
    kind: u16,
    flags: u16,
    /// Before what is nested.
    head: Vec<u8>,
    inner: Vec<Node>,
    /// Behind it.
    tail: Vec<u8>,
    /// Under which of [`KEYS`] the inner part is sealed; the head is the nonce then.
    key: Option<usize>,
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |pair| u16::from_le_bytes(pair.try_into().unwrap()))
}

/// The datums of an area, and what is left behind them.
fn parse(area: &[u8], depth: usize) -> (Vec<Node>, Vec<u8>) {
    let mut nodes = Vec::new();
    let mut rest = area;
    while rest.len() >= 8 && (8..=rest.len()).contains(&usize::from(u16_at(rest, 0))) {
        let (this, after) = rest.split_at(usize::from(u16_at(rest, 0)));
        nodes.push(node(this, depth));
        rest = after;
    }
    (nodes, rest.to_vec())
}

fn node(this: &[u8], depth: usize) -> Node {
    let [role, kind, flags] = [2, 4, 6].map(|at| u16_at(this, at));
    let data = &this[8..];
    let plain =
        Node { said: None, role, kind, flags, head: data.to_vec(), inner: Vec::new(), tail: Vec::new(), key: None };
    if depth == DEPTH_MAX {
        return plain;
    }
    let fixed = match kind {
        3 => 20,
        4 => 4,
        8 => 28,
        9 => 24,
        SEALED => {
            return opened(data, depth).map_or(plain.clone(), |(key, inner, tail)| Node {
                head: data[..12].to_vec(),
                inner,
                tail,
                key: Some(key),
                ..plain
            });
        }
        _ => return plain,
    };
    if data.len() < fixed {
        return plain;
    }
    let (inner, tail) = parse(&data[fixed..], depth + 1);
    Node { head: data[..fixed].to_vec(), inner, tail, ..plain }
}

/// What is sealed under one of the known keys: the key's number and the datums.
fn opened(data: &[u8], depth: usize) -> Option<(usize, Vec<Node>, Vec<u8>)> {
    let (nonce, rest) = data.split_first_chunk::<12>()?;
    let (tag, text) = rest.split_first_chunk::<16>()?;
    (0..KEYS.len()).find_map(|key| {
        let mut text = text.to_vec();
        let cipher = ccm::Ccm::<Aes256, consts::U16, consts::U12>::new(&KEYS[key].into());
        cipher.decrypt_inout_detached(&(*nonce).into(), &[], text.as_mut_slice().into(), &(*tag).into()).ok()?;
        let (inner, tail) = parse(&text, depth + 1);
        Some((key, inner, tail))
    })
}

fn bytes(nodes: &[Node]) -> Vec<u8> {
    nodes.iter().flat_map(Node::bytes).collect()
}

impl Node {
    fn bytes(&self) -> Vec<u8> {
        let inside = [bytes(&self.inner), self.tail.clone()].concat();
        let data = match self.key {
            Some(key) if self.head.len() == 12 => ccm_seal(&KEYS[key], self.head[..].try_into().unwrap(), &inside),
            _ => [&self.head[..], &inside].concat(),
        };
        let size = self.said.unwrap_or(u16::try_from(data.len() + 8).unwrap_or(u16::MAX));
        [size, self.role, self.kind, self.flags].iter().flat_map(|word| word.to_le_bytes()).chain(data).collect()
    }

    fn count(&self) -> usize {
        1 + self.inner.iter().map(Node::count).sum::<usize>()
    }
}

/// The list in which the datum with this number stands, counted depth first, and its place there.
fn find(nodes: &mut Vec<Node>, mut number: usize) -> Option<(&mut Vec<Node>, usize)> {
    let at = nodes.iter().position(|node| {
        let count = node.count();
        let here = number < count;
        number -= if here { 0 } else { count };
        here
    })?;
    if number == 0 { Some((nodes, at)) } else { find(&mut nodes[at].inner, number - 1) }
}

/// Changes bytes without knowing what they are, as the fuzzer does; the vector's capacity is as far as they may grow.
pub type Blind<'a> = &'a mut dyn FnMut(&mut Vec<u8>);

fn change_datums(nodes: &mut Vec<Node>, dice: &mut Dice, blind: Blind<'_>) {
    let count: usize = nodes.iter().map(Node::count).sum();
    let other = dice.below(count);
    let other = find(nodes, other).map(|(list, at)| list[at].clone());
    let Some((list, at)) = find(nodes, dice.below(count)) else { return };
    match dice.below(16) {
        0 => list[at].said = Some(dice.of(&EDGES)),
        1 => {
            let right = list[at].bytes().len() as u16;
            list[at].said = Some(right.wrapping_add(dice.of(&[1, 2, 8, 0xFFFF, 0xFFF8])));
        }
        2 => list[at].role = dice.of(&ROLES),
        3 => list[at].kind = dice.of(&KINDS),
        4 => list[at].flags = dice.of(&[0, 1, 3, 0x0105, 0xFFFF]),
        5 => drop(list.remove(at)),
        6 => list.extend(other),
        7 => {
            let with = dice.below(list.len());
            list.swap(at, with);
        }
        8 => list[at].inner.extend(other),
        9 => list[at] = other.unwrap_or_else(|| list[at].clone()),
        10 => list[at].key = [None, Some(0), Some(1), Some(2)][dice.below(4)],
        11 => {
            let len = dice.below(list[at].head.len() + 8);
            list[at].head.resize(len, 0);
        }
        12 if list[at].kind == 8 && list[at].head.len() == 28 => {
            list[at].head[26..].copy_from_slice(&dice.of(&CODES).to_le_bytes())
        }
        12 | 13 if matches!(list[at].kind, 2 | 0x18) => {
            let text = dice.of(&TEXTS).repeat(1 + dice.below(3) * dice.below(40));
            list[at].head = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        }
        12 | 13 if list[at].head.len() >= 4 => {
            list[at].head[..2]
                .copy_from_slice(&dice.of(&[0x1000_u16, 0x1001, 0x2000, 0x2002, 0x2003, 0x2005, 0x8004]).to_le_bytes());
        }
        14 if !list[at].tail.is_empty() || dice.one_in(4) => blind(&mut list[at].tail),
        _ => blind(&mut list[at].head),
    }
}

fn put(bytes: &mut [u8], at: usize, what: &[u8]) {
    if let Some(place) = bytes.get_mut(at..at + what.len()) {
        place.copy_from_slice(what);
    }
}

/// A place or another number of the boot sector or the block's headers.
fn change_numbers(boot: &mut [u8], head: &mut [u8], dice: &mut Dice, blind: Blind<'_>) {
    let place = || [0, COPIES[0], COPIES[1], COPIES[2]];
    let number = if dice.one_in(2) { dice.of(&place()) } else { dice.of(&NUMBERS) }.to_le_bytes();
    match dice.below(14) {
        0 => put(head, 10, &dice.of(&[1_u16, 2, 2, 0, 3, 0xFFFF]).to_le_bytes()),
        1 => put(head, 12, &dice.of(&[0_u16, 1, 2, 3, 4, 5, 6, 0xFFFF]).to_le_bytes()),
        2 => put(head, 16, &number),
        3 => put(head, 28, &number[..4]),
        4 => put(head, 32 + dice.below(3) * 8, &number),
        5 => put(head, 56, &number),
        6 => put(head, 100, &dice.of(&CIPHERS).to_le_bytes()),
        7 => put(head, 104, &number),
        8 => put(boot, dice.of(&[176, 184, 192, 440, 448, 456, 56]), &number),
        9 => put(boot, 11, &dice.of(&[512_u16, 4096, 0, 1, 1024, 0xFFFF]).to_le_bytes()),
        10 => put(boot, 13, &[dice.of(&[0, 1, 8, 128, 255])]),
        11 => put(boot, 3, dice.of(&[b"-FVE-FS-", b"MSWIN4.1", b"NTFS    "])),
        12 => put(boot, 1, &dice.of(&[[0x58, 0x90], [0x52, 0x90]])),
        _ => {
            let mut bytes = if dice.one_in(2) { boot.to_vec() } else { head.to_vec() };
            let len = bytes.len();
            blind(&mut bytes);
            bytes.resize(len, 0);
            put(if len == BOOT_BYTES { boot } else { head }, 0, &bytes);
        }
    }
}

/// Another volume like this one, in the form of `drives::drive`; `None`, where it is too cut to be changed with
/// knowledge.
pub fn volume(input: &[u8], dice: &mut Dice, blind: Blind<'_>) -> Option<Vec<u8>> {
    let (mut boot, rest) = input.split_at_checked(BOOT_BYTES).map(|(boot, rest)| (boot.to_vec(), rest))?;
    let mut head = rest.get(..HEADERS_BYTES)?.to_vec();
    let said = usize::from(u16_at(&head, 8)) * if u16_at(&head, 10) == 1 { 1 } else { 16 };
    let block = &rest[..said.clamp(HEADERS_BYTES, rest.len())];
    let (mut nodes, mut tail) = parse(&block[HEADERS_BYTES..], 0);
    let mut validation = rest[block.len()..].to_vec();
    let zeros = tail.iter().rev().take_while(|byte| **byte == 0).count();
    tail.truncate(tail.len() - zeros);
    for _ in 0..1 + dice.below(4) {
        match dice.below(8) {
            0 => change_numbers(&mut boot, &mut head, dice, blind),
            1 if dice.one_in(3) => blind(&mut tail),
            2 if dice.one_in(3) => blind(&mut validation),
            _ => change_datums(&mut nodes, dice, blind),
        }
    }
    let mut block = [head, bytes(&nodes), tail].concat();
    if !dice.one_in(16) {
        let said = u32::try_from(block.len() - 64).unwrap();
        put(&mut block, 64, &said.to_le_bytes());
        put(&mut block, 76, &said.to_le_bytes());
    }
    let size = block.len().next_multiple_of(16);
    if size > BLOCK_BYTES_MAX {
        return None;
    }
    block.resize(size, 0);
    if !dice.one_in(16) {
        let units = if u16_at(&block, 10) == 1 { size } else { size / 16 };
        put(&mut block, 8, &u16::try_from(units).unwrap_or(u16::MAX).to_le_bytes());
    }
    if !dice.one_in(8) {
        validation.resize(validation.len().max(88), 0);
        put(&mut validation, 4, &crc32(&block).to_le_bytes());
    }
    if validation.len() >= 88 && !dice.one_in(4) {
        // A datum that holds a key datum with the hash of all.
        let payload = [&[44, 0, 0, 0, 1, 0, 0, 0, 5, 0x20, 0, 0][..], &sha256(&block)].concat();
        put(&mut validation, 8, &[80, 0, 0, 0, 5, 0, 1, 0]);
        put(&mut validation, 16, &ccm_seal(&KEYS[0], [9; 12], &payload));
    }
    Some([boot, block, validation].concat())
}
