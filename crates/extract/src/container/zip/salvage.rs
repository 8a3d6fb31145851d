//! What is left of an archive without its list of members, such as a copy that was cut off: each member stands behind a
//! header of its own.

use crate::members::Members;
use crate::package::Unzipped;
use crate::receiver::Fault;
use crate::unread::Unread;

const HEADER: &[u8] = b"PK\x03\x04";
const HEADER_BYTES: usize = 30;
const ENCRYPTED: u16 = 1;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// The header before a member.
struct Header<'a> {
    flags: u16,
    method: u16,
    packed_bytes: usize,
    name: String,
    /// All that follows it.
    rest: &'a [u8],
}

pub(super) fn take(bytes: &[u8], members: &mut Members<'_, '_>) {
    members.fault(Fault::Broken);
    let mut rest = bytes;
    while let Some(at) = find(rest) {
        rest = &rest[at..];
        let Some(header) = Header::parse(rest) else {
            rest = &rest[HEADER.len()..];
            continue;
        };
        rest = header.rest;
        if header.name.ends_with('/') {
            continue;
        }
        let Some(nest) = members.admit() else { return };
        match header.method {
            _ if header.flags & ENCRYPTED != 0 => members.fault_of(&header.name, Fault::Encrypted),
            STORED => {
                let end = if header.packed_bytes > 0 { header.packed_bytes } else { find(rest).unwrap_or(rest.len()) };
                let (stored, after) = rest.split_at(end.min(rest.len()));
                members.member(nest, &header.name, stored);
                // What is stored in it may be an archive with headers of its own.
                rest = after;
            }
            DEFLATED => match Unzipped::inflated(nest, rest) {
                Unzipped::Bytes(bytes) | Unzipped::Begun(bytes) => members.member(nest, &header.name, &bytes),
                Unzipped::Refused(_) => members.beyond(),
            },
            _ => members.fault_of(&header.name, Fault::NotRead(Unread::ZipMethod)),
        }
    }
}

fn find(bytes: &[u8]) -> Option<usize> {
    bytes.windows(HEADER.len()).position(|window| window == HEADER)
}

impl<'a> Header<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let word = |at: usize| bytes.get(at..at + 2).map(|word| u16::from_le_bytes([word[0], word[1]]));
        let packed_bytes = usize::from(word(20)?) << 16 | usize::from(word(18)?);
        let name_end = HEADER_BYTES + usize::from(word(26)?);
        let name = String::from_utf8_lossy(bytes.get(HEADER_BYTES..name_end)?).into_owned();
        let rest = bytes.get(name_end + usize::from(word(28)?)..)?;
        Some(Self { flags: word(6)?, method: word(8)?, packed_bytes, name, rest })
    }
}
