//! A text in pieces is read as the whole is.

use proptest::prelude::*;

use super::*;
use crate::{Candidate, read};
use drivekey_record::{Guid, KeyId};

fn key(seed: u64) -> String {
    let group = |at: u64| {
        (seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(at.wrapping_mul(0x9E37_79B9_7F4A_7C15)) >> 40)
            & 0xFFFF
    };
    (0..8).map(|at| format!("{:06}", group(at) * 11)).collect::<Vec<_>>().join("-")
}

fn id(seed: u64) -> Guid {
    Guid::from_bytes(std::array::from_fn(|at| {
        (seed.wrapping_mul(0xD134_2543_DE82_EF95) >> (at * 3)).to_le_bytes()[0] | 0xA0
    }))
}

fn sifted(bytes: &[u8], piece: usize, limit: usize) -> Reading {
    let mut sifter = Sifter::new(None);
    sifter.kept_limit = limit;
    bytes.chunks(piece).for_each(|piece| sifter.take(piece));
    sifter.finish()
}

fn facts(records: &[Candidate]) -> Vec<(Place, KeyId, String)> {
    records
        .iter()
        .map(|record| (record.place, record.key_id.clone(), record.password.expose_secret().as_str().to_owned()))
        .collect()
}

fn utf16(text: &str, to: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(to).collect()
}

/// Lines of filler with pairs at these lines.
fn text(lines: usize, end: &str, every: usize, below: bool) -> String {
    let mut text = String::new();
    for line in 0..lines {
        if line % every == every / 2 {
            let seed = line as u64;
            let (id, key) = (id(seed).to_string(), key(seed));
            let pair = if below {
                format!("Key: {key}{end}Key ID: {id}")
            } else {
                format!("Identifier:{end}\t{id}{end}{end}Recovery Key:{end}\t{key}")
            };
            text.push_str(&pair);
        } else {
            text.push_str("Some 12 words of “prose” that are über nothing, 2026");
        }
        text.push_str(end);
    }
    text
}

#[test]
fn pairs_far_apart_are_read_with_their_lines() {
    for (end, below) in [("\n", false), ("\r\n", true), ("\r", false)] {
        let text = text(6_000, end, 2_500, below);
        for bytes in [text.as_bytes().to_vec(), utf16(&text, u16::to_le_bytes), utf16(&text, u16::to_be_bytes)] {
            let whole = read(None, &bytes);
            assert_eq!(whole.records.len(), 2);
            let pieces = sifted(&bytes, 100_000, KEPT_BYTES);
            assert_eq!(facts(&pieces.records), facts(&whole.records), "{end:?} {below}");
            assert_eq!(pieces.remarks, whole.remarks);
        }
    }
}

#[test]
fn a_text_full_of_keys_is_cut_between_its_records() {
    for (end, below) in [("\n", false), ("\r\n", true), ("\r", false)] {
        let text = text(3_000, end, 2, below);
        for bytes in [text.as_bytes().to_vec(), utf16(&text, u16::to_le_bytes)] {
            let whole = read(None, &bytes);
            assert_eq!(whole.records.len(), 1_500);
            let pieces = sifted(&bytes, PIECE_BYTES, 300_000);
            let (pieces, whole) = (facts(&pieces.records), facts(&whole.records));
            let differing = pieces.iter().zip(&whole).find(|(a, b)| a != b);
            assert!(
                differing.is_none() && pieces.len() == whole.len(),
                "{end:?} {below} {} {differing:?}",
                pieces.len()
            );
        }
    }
}

#[test]
fn a_key_on_any_edge_is_found_once() {
    let (id, key) = (id(7).to_string(), key(7));
    for shift in (0..130).step_by(13) {
        let before = "lorem ipsum\n".repeat((PIECE_BYTES - shift) / 12);
        let text = format!("{before}{}{id} {key}\n{}", "x".repeat(shift % 12), "dolor sit\n".repeat(8_000));
        let reading = sifted(text.as_bytes(), 7_777, KEPT_BYTES);
        assert_eq!(reading.records.len(), 1, "{shift}");
        assert_eq!(reading.records[0].place, Place::Line(before.lines().count() + 1));
    }
}

/// What is kept may begin in the middle of a line end.
#[test]
fn a_line_end_that_is_cut_in_two_counts_once() {
    let key_line = format!("{{{}}}\t{}\r\n", id(3), key(3));
    for shift in 0..30 {
        let text = "x".repeat(shift) + &"filler of 1984 words\r\n".repeat(20_000) + &key_line;
        for bytes in [text.clone().into_bytes(), utf16(&text, u16::to_le_bytes), utf16(&text, u16::to_be_bytes)] {
            let reading = sifted(&bytes, 100_000, KEPT_BYTES);
            assert_eq!(facts(&reading.records), facts(&read(None, &bytes).records), "{shift}");
        }
    }
}

/// Holes stand anywhere, in lines, keys and line ends, and are of any size.
#[test]
fn a_hole_is_as_so_many_zeros() {
    let (id, key) = (id(7).to_string(), key(7));
    let keyed = format!("{id}\r\n{key}\r");
    for hole in [1, 3, 4096, PIECE_BYTES - 1, PIECE_BYTES, 3 * PIECE_BYTES + 2, 20 * PIECE_BYTES + 5] {
        for first in [0, 5, PIECE_BYTES - 3, 2 * PIECE_BYTES] {
            let before = "one line\r\n".repeat(first / 10) + &keyed;
            let parts = [before.as_bytes(), format!("\nnext\r\n{keyed}").as_bytes(), b"\nend"].map(<[u8]>::to_vec);
            for wide in [false, true] {
                let parts = parts
                    .clone()
                    .map(|part| if wide { part.iter().flat_map(|byte| [*byte, 0]).collect() } else { part });
                let hole = hole * if wide { 2 } else { 1 };
                let (mut skipping, mut taking) = (Sifter::new(None), Sifter::new(None));
                for part in &parts {
                    for sifter in [&mut skipping, &mut taking] {
                        part.chunks(7_777).for_each(|piece| sifter.take(piece));
                    }
                    skipping.skip(hole as u64);
                    vec![0; hole].chunks(10_000).for_each(|piece| taking.take(piece));
                }
                let (skipped, taken) = (skipping.finish(), taking.finish());
                assert_eq!(facts(&skipped.records), facts(&taken.records), "{hole} {first} {wide}");
                assert_eq!(skipped.remarks, taken.remarks, "{hole} {first} {wide}");
                assert!(!skipped.records.is_empty(), "{hole} {first} {wide}");
            }
        }
    }
}

/// A part that holds nothing but a pair is no text that holds nothing but pairs.
#[test]
fn what_is_left_of_a_text_is_no_list_of_pairs() {
    let line = |seed| format!("{{{}}}\t{}\n", id(seed), key(seed));
    let filler = |lines: usize| "filler of \u{FC}ber 1984 words\n".repeat(lines);
    let text: String =
        [(1001, 1), (2452, 2), (1578, 3), (1589, 4)].map(|(gap, seed)| filler(gap) + &line(seed)).concat();
    let bytes = utf16(&text, u16::to_le_bytes);
    let reading = sifted(&bytes, 46_808, 306_877);
    assert_eq!(reading.records.len(), 4);
    assert!(reading.records.iter().all(|record| record.key_id == KeyId::Unknown));
    assert_eq!(facts(&reading.records), facts(&read(None, &bytes).records));
}

#[test]
fn nothing_comes_of_nothing() {
    for bytes in [vec![], vec![0; 1 << 20], b"471208-".repeat(40_000)] {
        let reading = sifted(&bytes, 1 << 20, KEPT_BYTES);
        assert!(reading.records.is_empty() && !reading.has_trace(), "{:?}", reading.remarks.first());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn any_text_in_any_pieces_is_read_as_the_whole(
        gaps in prop::collection::vec(0_usize..3_000, 1..6), piece in 1_000_usize..200_000, wide in 0_u8..3, crlf in any::<bool>(), limit in 300_000_usize..900_000,
    ) {
        let end = if crlf { "\r\n" } else { "\n" };
        let mut text = String::new();
        for (at, gap) in gaps.iter().enumerate() {
            for _ in 0..*gap {
                text.push_str("filler of über 1984 words");
                text.push_str(end);
            }
            let line = format!("{{{}}}\t{}{end}", id(at as u64 + 1), key(at as u64 + 1));
            text.push_str(&line);
        }
        let bytes = match wide {
            0 => text.into_bytes(),
            1 => utf16(&text, u16::to_le_bytes),
            _ => utf16(&text, u16::to_be_bytes),
        };
        let whole = read(None, &bytes);
        prop_assert_eq!(whole.records.len(), gaps.len());
        let pieces = sifted(&bytes, piece, limit);
        prop_assert_eq!(facts(&pieces.records), facts(&whole.records));
    }
}
