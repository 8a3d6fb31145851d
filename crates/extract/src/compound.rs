//! The frame of a compound file: sectors in chains, small streams packed into one. By hand: every number in it is
//! distrusted, and no chain is longer than the file.

use zeroize::Zeroizing;

pub(crate) const MARK: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
const HEADER_BYTES: usize = 512;
const ENTRY_BYTES: usize = 128;
/// Places of the table of sectors that stand in the header.
const FIRST_TABLES: usize = 109;
/// Sector numbers from here on mark ends and gaps.
const SECTOR_MAX: u32 = 0xFFFF_FFFA;
const STREAM: u8 = 2;
const ROOT: u8 = 5;

/// A compound file.
pub(crate) struct Compound<'a> {
    bytes: &'a [u8],
    sector_bytes: usize,
    mini_sector_bytes: usize,
    /// Streams below this size are packed.
    packed_below: usize,
    next: Vec<u32>,
    mini_next: Vec<u32>,
    packed: Zeroizing<Vec<u8>>,
    streams: Vec<Stream>,
}

/// A stream in it.
pub(crate) struct Stream {
    pub(crate) name: String,
    first: u32,
    pub(crate) size_bytes: usize,
}

impl<'a> Compound<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Option<Self> {
        let shift = |at| u16_at(bytes, at).map(usize::from);
        let (sector_shift, mini_shift) = (shift(30)?, shift(32)?);
        if !bytes.starts_with(MARK) || !matches!(sector_shift, 9 | 12) || mini_shift >= sector_shift {
            return None;
        }
        let mut file = Self {
            bytes,
            sector_bytes: 1 << sector_shift,
            mini_sector_bytes: 1 << mini_shift,
            packed_below: size_at(bytes, 56)?,
            next: Vec::new(),
            mini_next: Vec::new(),
            packed: Zeroizing::default(),
            streams: Vec::new(),
        };
        file.next = file.table()?;
        file.mini_next = numbers(&file.chain(u32_at(bytes, 60)?, usize::MAX)).collect();
        let directory = file.chain(u32_at(bytes, 48)?, usize::MAX);
        for entry in directory.chunks_exact(ENTRY_BYTES) {
            let Some(stream) = Stream::parse(entry) else { continue };
            match entry[66] {
                ROOT if file.packed.is_empty() => file.packed = file.chain(stream.first, stream.size_bytes),
                STREAM => file.streams.push(stream),
                _ => {}
            }
        }
        Some(file)
    }

    /// All streams, in the order of the directory.
    pub(crate) fn streams(&self) -> &[Stream] {
        &self.streams
    }

    /// The first stream of this name.
    pub(crate) fn find(&self, name: &str) -> Option<&Stream> {
        self.streams.iter().find(|stream| stream.name == name)
    }

    /// A stream's bytes; fewer than its size where the file is cut off. `None` where nothing of it is there.
    pub(crate) fn bytes(&self, stream: &Stream) -> Option<Zeroizing<Vec<u8>>> {
        let bytes = if stream.size_bytes < self.packed_below {
            follow(&self.packed, self.mini_sector_bytes, 0, &self.mini_next, stream.first, stream.size_bytes)
        } else {
            self.chain(stream.first, stream.size_bytes)
        };
        (!bytes.is_empty()).then_some(bytes)
    }

    fn chain(&self, first: u32, size_bytes: usize) -> Zeroizing<Vec<u8>> {
        // The first sector takes the place of the header.
        follow(self.bytes, self.sector_bytes, self.sector_bytes, &self.next, first, size_bytes)
    }

    /// For each sector the one that follows it.
    fn table(&self) -> Option<Vec<u32>> {
        let mut places: Vec<u32> = numbers(self.bytes.get(76..HEADER_BYTES)?).take(FIRST_TABLES).collect();
        let (mut following, most) = (u32_at(self.bytes, 68)?, self.bytes.len() / self.sector_bytes + 1);
        // Tables of tables, each with the place of the next at its end.
        for _ in 0..most {
            let Some(sector) = self.sector(following) else { break };
            let (places_more, end) = sector.split_at(self.sector_bytes - 4);
            places.extend(numbers(places_more));
            following = u32_at(end, 0)?;
        }
        let mut next = Vec::new();
        for place in places.into_iter().take(most) {
            let Some(sector) = self.sector(place) else { continue };
            next.extend(numbers(sector));
        }
        Some(next)
    }

    fn sector(&self, number: u32) -> Option<&'a [u8]> {
        let start = usize::try_from(number)
            .ok()
            .filter(|_| number < SECTOR_MAX)?
            .checked_add(1)?
            .checked_mul(self.sector_bytes)?;
        self.bytes.get(start..start.checked_add(self.sector_bytes)?)
    }
}

impl Stream {
    fn parse(entry: &[u8]) -> Option<Self> {
        let units = usize::from(u16_at(entry, 64)?).checked_sub(2)? / 2;
        let name = entry[..64].chunks_exact(2).take(units).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
        let name = char::decode_utf16(name).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        Some(Self { name, first: u32_at(entry, 116)?, size_bytes: size_at(entry, 120)? })
    }
}

/// The sectors of a chain, one after the other, up to a size; never more than there are.
fn follow(
    bytes: &[u8],
    sector_bytes: usize,
    base: usize,
    next: &[u32],
    first: u32,
    size_bytes: usize,
) -> Zeroizing<Vec<u8>> {
    let size_bytes = size_bytes.min(bytes.len());
    let mut out = Zeroizing::new(Vec::with_capacity(size_bytes));
    let mut sector = first;
    while out.len() < size_bytes && sector < SECTOR_MAX {
        let Ok(number) = usize::try_from(sector) else { break };
        let Some(start) = number.checked_mul(sector_bytes).and_then(|start| start.checked_add(base)) else { break };
        let Some(part) = bytes.get(start..bytes.len().min(start.saturating_add(sector_bytes))) else { break };
        let room = size_bytes - out.len();
        out.extend_from_slice(&part[..part.len().min(room)]);
        let Some(following) = next.get(number).filter(|_| !part.is_empty()) else { break };
        sector = *following;
    }
    out
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).map(|number| u32::from_le_bytes([number[0], number[1], number[2], number[3]]))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

fn size_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32_at(bytes, at)?).ok()
}
