//! Whatever a valid pair goes through on its way to a file, it is read as that pair; and nothing else is read as one.
#![allow(clippy::format_push_string, reason = "test texts")]

use drivekey_import::{Outcome, Remark, read};
use drivekey_record::{Guid, KeyId};
use drivekey_testkit::texts::{Encoding, password};
use proptest::prelude::*;

proptest! {
    // Beside the sources there is no place where these tests may write.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_pair_survives_any_mixture(
        groups in prop::array::uniform8(any::<u16>()),
        id in any::<[u8; 16]>(),
        encoding in prop::sample::select(Encoding::ALL.to_vec()),
        line_end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        dash in prop::sample::select(vec!["-", "\u{2013}", " ", "", " - ", "\u{2011}", "\u{2212}", "/", "\u{A0}"]),
        zero in prop::sample::select(vec!['0', '\u{660}', '\u{6F0}', '\u{FF10}', '\u{966}']),
        quote in prop::sample::select(vec!["", "> ", "> > ", "\t", "    "]),
        braces in any::<bool>(),
        lower in any::<bool>(),
        words in prop::sample::select(vec![
            ("Identifier:", "Recovery Key:"), ("Bezeichner:", "Wiederherstellungsschlüssel:"), ("識別子：", "回復キー："), ("", ""),
        ]),
        below in any::<bool>(),
        marks in any::<bool>(),
    ) {
        prop_assume!(groups.iter().any(|group| *group != groups[0]));
        let plain = password(groups);
        // A page of 256 characters has no other digits and few dashes.
        let narrow = matches!(encoding, Encoding::Windows1252);
        let zero = if narrow { '0' } else { zero };
        let dash = if narrow && !dash.is_ascii() { "\u{2013}" } else { dash };
        let words = if narrow && !words.0.is_ascii() { ("ID:", "Schlüssel:") } else { words };
        let marks = marks && !narrow;
        let digits: String = plain.chars().map(|c| c.to_digit(10).and_then(|digit| char::from_u32(zero as u32 + digit)).unwrap_or(c)).collect();
        let key = digits.replace('-', dash);
        let mut guid = Guid::from_bytes(id).to_string();
        if lower { guid = guid.to_lowercase(); }
        if braces { guid = format!("{{{guid}}}"); }
        let (open, close) = if marks { ("\u{202A}", "\u{202C}") } else { ("", "") };
        let gap = if below { format!("{line_end}{line_end}{quote}") } else { " ".to_owned() };
        let text = format!("{quote}{}{gap}{open}{guid}{close}{line_end}{quote}{}{gap}{open}{key}{close}{line_end}", words.0, words.1);
        let reading = read(None, &encoding.encode(&text));
        prop_assert_eq!(reading.records.len(), 1, "{:?} from {:?}", reading.remarks, text);
        prop_assert!(reading.records[0].password.expose_secret().as_str() == plain);
        prop_assert_eq!(&reading.records[0].key_id, &KeyId::Full(Guid::from_bytes(id)), "{:?}", text);
        let expected: &[&str] = if zero == '0' { &[] } else { &["digits_folded"] };
        prop_assert_eq!(reading.remarks.iter().map(Remark::code).collect::<Vec<_>>(), expected, "{:?}", text);
    }

    #[test]
    fn one_wrong_digit_gives_no_record(groups in prop::array::uniform8(any::<u16>()), at in 0_usize..48, add in 1_u8..10) {
        let mut text = password(groups).into_bytes();
        let at = at + at / 6;
        text[at] = b'0' + (text[at] - b'0' + add) % 10;
        let reading = read(None, &text);
        prop_assert_eq!(reading.outcome(), Outcome::Error);
        let codes: Vec<&str> = reading.remarks.iter().map(Remark::code).collect();
        prop_assert!(matches!(codes[..], ["group_not_divisible_by_11" | "group_out_of_range"]), "{:?}", codes);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..600), name in "\\PC{0,20}") {
        prop_assert!(read(Some(&name), &bytes).records.is_empty());
    }

    #[test]
    fn no_text_makes_it_panic(
        text in "([0-9]{6}[-/ \n]|[0-9A-F]{8}-[0-9A-F]{4}|Drive: |C:|[xX*#]{6}-|[OlSB0-9]{6}-|\\PC|\n|> |: |\u{2013}|\u{60B}){0,60}",
    ) {
        for encoding in [Encoding::Utf8, Encoding::Utf16Le, Encoding::Windows1252] {
            prop_assert!(read(None, &encoding.encode(&text)).records.is_empty());
        }
    }

    #[test]
    fn several_pairs_keep_their_partners(pairs in prop::collection::vec((prop::array::uniform8(any::<u16>()), any::<[u8; 16]>()), 2..6), id_behind in any::<bool>()) {
        let mut text = String::new();
        for (groups, id) in &pairs {
            let (key, guid) = (password(*groups), Guid::from_bytes(*id));
            if id_behind {
                text += &format!("Password:\r\n{key}\r\n\r\nPassword ID: {{{guid}}}.\r\n\r\n");
            } else {
                text += &format!("Identifier:\r\n\r\n\t{guid}\r\n\r\nRecovery Key:\r\n\r\n\t{key}\r\n\r\n");
            }
        }
        let reading = read(None, text.as_bytes());
        prop_assert_eq!(reading.records.len(), pairs.len());
        for (record, (_, id)) in reading.records.iter().zip(&pairs) {
            prop_assert_eq!(&record.key_id, &KeyId::Full(Guid::from_bytes(*id)));
        }
    }
}

/// Numbers that look random and are the same each time.
fn noise(len: usize, alphabet: &[u8]) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    (0..len)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            alphabet[(state >> 33) as usize % alphabet.len()]
        })
        .collect()
}

#[test]
fn much_noise_gives_nothing() {
    // Optimised builds take the full size that a file may have.
    let len = if cfg!(debug_assertions) { 1 << 20 } else { 64 << 20 };
    for alphabet in [
        &b"0123456789"[..],
        b"0123456789-",
        b"0123456789- \n",
        b"0123456789ABCDEFabcdef",
        b"0123456789abcdef-",
        b"1 ",
        b"-",
        b" \n",
        b"x-",
        b"123456-",
    ] {
        let bytes = noise(len, alphabet);
        let start = std::time::Instant::now();
        let reading = read(None, &bytes);
        println!("{:?}: {:?}, {} remarks", String::from_utf8_lossy(alphabet), start.elapsed(), reading.remarks.len());
        assert!(reading.records.is_empty());
        assert!(reading.remarks.len() <= 1001, "{}", reading.remarks.len());
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    }
}

#[test]
fn a_hundred_thousand_pairs_are_read() {
    let count = if cfg!(debug_assertions) { 5_000 } else { 100_000 };
    let words = noise(count * 32, &(0..=255).collect::<Vec<u8>>());
    let mut text = String::new();
    for bytes in words.chunks_exact(32) {
        let groups = std::array::from_fn(|at| u16::from_le_bytes([bytes[at * 2], bytes[at * 2 + 1]]));
        let id = std::array::from_fn(|at| bytes[16 + at]);
        text += &format!("{} {}\n", Guid::from_bytes(id), password(groups));
    }
    let start = std::time::Instant::now();
    let reading = read(None, text.as_bytes());
    println!("{count} pairs: {:?}", start.elapsed());
    assert_eq!((reading.records.len(), reading.outcome()), (count, Outcome::Ok));
}
