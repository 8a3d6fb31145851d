//! How streams of a PDF are packed; pictures stay so.

use flate2::read::ZlibDecoder;
use zeroize::Zeroizing;

use super::object::{Dict, Object};
use crate::ceiling::{Nest, Unpacked};

mod lzw;
mod predictor;

/// Filters one after the other.
const FILTERS_MAX: usize = 4;

/// Why a stream stays packed.
pub(super) enum Refusal {
    /// Larger than may be unpacked.
    Beyond,
    /// A picture, or nothing known.
    Unknown,
}

/// Unpacks. What is damaged is unpacked as far as it goes.
pub(super) fn unpack<'a>(
    dict: &Dict<'a>,
    packed: &[u8],
    nest: Nest<'_>,
    resolve: impl Fn(&Object<'a>) -> Option<Object<'a>>,
) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let list = |names: [&[u8]; 2]| {
        let object = names.into_iter().find_map(|name| dict.get(name)).and_then(&resolve);
        match object {
            Some(Object::Array(parts)) => {
                parts.iter().map(|part| resolve(part).unwrap_or(Object::Null)).take(FILTERS_MAX + 1).collect()
            }
            Some(Object::Null) | None => Vec::new(),
            Some(one) => vec![one],
        }
    };
    let filters = list([b"Filter", b"F"]);
    let parameters = list([b"DecodeParms", b"DP"]);
    if filters.len() > FILTERS_MAX {
        return Err(Refusal::Unknown);
    }
    if !nest.take_bytes(packed.len()) {
        return Err(Refusal::Beyond);
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(packed.len()));
    bytes.extend_from_slice(packed);
    for (index, filter) in filters.iter().enumerate() {
        let parameters = parameters.get(index).and_then(Object::dict);
        let unpacked = match filter.name().unwrap_or_default() {
            b"FlateDecode" | b"Fl" => inflate(&bytes, nest)?,
            b"LZWDecode" | b"LZW" => lzw::decode(&bytes, nest, early_change(parameters)).ok_or(Refusal::Beyond)?,
            b"ASCIIHexDecode" | b"AHx" => hexadecimal(&bytes),
            b"ASCII85Decode" | b"A85" => base_85(&bytes),
            b"RunLengthDecode" | b"RL" => run_lengths(&bytes, nest).ok_or(Refusal::Beyond)?,
            // Without keys it changes nothing.
            b"Crypt" => continue,
            _ => return Err(Refusal::Unknown),
        };
        bytes = match parameters {
            Some(parameters) => predictor::undo(unpacked, parameters),
            None => unpacked,
        };
    }
    Ok(bytes)
}

fn early_change(parameters: Option<&Dict<'_>>) -> bool {
    parameters.and_then(|parameters| parameters.get(&b"EarlyChange"[..])).and_then(Object::number) != Some(0.0)
}

fn inflate(packed: &[u8], nest: Nest<'_>) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    match nest.unpack(ZlibDecoder::new(packed)) {
        // A header that was lost leaves the rest readable.
        Unpacked::Begun(bytes) if bytes.is_empty() && packed.len() > 2 => {
            match nest.unpack(flate2::read::DeflateDecoder::new(&packed[2..])) {
                Unpacked::Whole(bytes) | Unpacked::Begun(bytes) => Ok(bytes),
                Unpacked::Beyond => Err(Refusal::Beyond),
            }
        }
        Unpacked::Whole(bytes) | Unpacked::Begun(bytes) => Ok(bytes),
        Unpacked::Beyond => Err(Refusal::Beyond),
    }
}

fn hexadecimal(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(text.len() / 2 + 1));
    let mut digits = text.iter().take_while(|byte| **byte != b'>').filter_map(|byte| char::from(*byte).to_digit(16));
    while let Some(high) = digits.next() {
        out.push((high << 4 | digits.next().unwrap_or(0)).to_le_bytes()[0]);
    }
    out
}

/// Five signs for four bytes, `z` for four zeros.
fn base_85(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let text = text.strip_prefix(b"<~").unwrap_or(text);
    let mut out = Zeroizing::new(Vec::with_capacity(text.len() * 4));
    let (mut value, mut count) = (0_u32, 0);
    for byte in text.iter().take_while(|byte| **byte != b'~') {
        match byte {
            b'z' if count == 0 => out.extend_from_slice(&[0; 4]),
            b'!'..=b'u' => {
                value = value.wrapping_mul(85).wrapping_add(u32::from(byte - b'!'));
                count += 1;
                if count == 5 {
                    out.extend_from_slice(&value.to_be_bytes());
                    (value, count) = (0, 0);
                }
            }
            _ => {}
        }
    }
    if count > 1 {
        let padded = (count..5).fold(value, |value, _| value.wrapping_mul(85).wrapping_add(84));
        out.extend_from_slice(&padded.to_be_bytes()[..count - 1]);
    }
    out
}

/// A length, then so many bytes as they are or one byte so many times; `None` beyond what may be unpacked.
fn run_lengths(packed: &[u8], nest: Nest<'_>) -> Option<Zeroizing<Vec<u8>>> {
    let size = runs(packed).map(|(bytes, times)| bytes.len() * times).sum();
    let mut out = Zeroizing::new(Vec::with_capacity(nest.take_bytes(size).then_some(size)?));
    for (bytes, times) in runs(packed) {
        (0..times).for_each(|_| out.extend_from_slice(bytes));
    }
    Some(out)
}

fn runs(mut rest: &[u8]) -> impl Iterator<Item = (&[u8], usize)> {
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first().filter(|(length, _)| **length != 128)?;
        let length = usize::from(*length);
        let (count, times) = if length < 128 { (length + 1, 1) } else { (1, 257 - length) };
        let bytes = &after[..count.min(after.len())];
        rest = &after[bytes.len()..];
        Some((bytes, times))
    })
}
