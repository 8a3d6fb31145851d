//! Whatever a reader takes a key from is let through, and almost nothing else is.

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::read;

const KEY: &str = "471207-278498-422125-177177-561902-537405-468006-693451";

fn units(text: &str, to: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to).collect()
}

fn in_script(key: &str, zero: u32) -> String {
    key.chars().map(|c| c.to_digit(10).and_then(|digit| char::from_u32(zero + digit)).unwrap_or(c)).collect()
}

/// The key as each script and disguise has it.
fn disguised() -> Vec<String> {
    let mut texts: Vec<String> = [
        0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0xE50, 0xF20, 0x1040, 0x17E0, 0xA620, 0xABF0, 0xFF10, 0x104A0, 0x1D7CE,
        0x1FBF0,
    ]
    .into_iter()
    .map(|zero| in_script(KEY, zero))
    .collect();
    let mut scripts = [0x30, 0x660, 0xFF10, 0x966, 0x1D7D8].into_iter().cycle();
    texts.push(KEY.chars().map(|c| in_script(&c.to_string(), scripts.next().unwrap_or(0x30))).collect());
    texts.extend(
        ["", " ", " - ", "\n", "\n\n", "\u{2013}", "\u{A0}", "\u{3000}", "\u{FF0D}", "ー", "/", "\t"]
            .map(|dash| KEY.replace('-', dash)),
    );
    texts.push(KEY.chars().flat_map(|c| [c, '\u{200B}']).collect());
    texts.push(KEY.replace('0', "O").replace('1', "l").replace('5', "S"));
    texts.push(format!("**{KEY}**"));
    texts.push(
        KEY.split('-')
            .enumerate()
            .map(|(at, group)| format!("Group {}: {group}", at + 1))
            .collect::<Vec<_>>()
            .join("\n"),
    );
    texts.push(KEY.replace("422125", "422\n125"));
    texts.push(["000000"; 8].join("-"));
    texts
}

/// The place of the texts in UTF-32.
const WIDE: usize = 3;
/// The place of the texts with a space behind each byte.
const SPACED: usize = 4;

fn encoded(text: &str) -> Vec<Vec<u8>> {
    let page = |page: &'static encoding_rs::Encoding| page.encode(text).0.into_owned();
    let mut all = vec![
        text.as_bytes().to_vec(),
        units(text, u16::to_le_bytes),
        units(text, u16::to_be_bytes),
        text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect(),
        text.bytes().flat_map(|byte| [byte, b' ']).collect(),
    ];
    if text.chars().any(|c| c > '\u{FFFF}') {
        // It is read as UTF-16.
        all[WIDE].clear();
        all[WIDE].extend_from_slice(text.as_bytes());
    }
    if text.chars().all(|c| c.is_ascii() || matches!(c, '０'..='９')) {
        all.extend([
            page(encoding_rs::SHIFT_JIS),
            page(encoding_rs::GBK),
            page(encoding_rs::BIG5),
            page(encoding_rs::EUC_KR),
        ]);
    }
    all
}

#[test]
fn every_disguise_is_let_through() {
    for text in disguised() {
        for (way, bytes) in encoded(&text).into_iter().enumerate() {
            for shift in 0..4 {
                // Far into other text, so that every place of a block is tried.
                for len in [0, 900, 1000, 1003, 1021, 1100, 1270, 1279] {
                    if way == SPACED && (len > 0 || !text.is_ascii()) {
                        // Only ASCII is read so, and only where it is spaced out from end to end.
                        break;
                    }
                    let mut around = vec![b'a'; len];
                    around.resize(len + shift + 1, b'\n');
                    let bytes = [&around, &bytes, b"\0 \n \n end".as_slice()].concat();
                    assert!(could_hold(None, &bytes), "{text:?} in way {way}, {shift} {len}");
                }
            }
        }
    }
}

/// Where texts are long, blocks are passed over by their counts.
#[test]
fn every_disguise_is_let_through_deep_in_a_long_text() {
    let (before, after) = ("words and no more ".repeat(4500), " and more words".repeat(500));
    for text in disguised() {
        let long = format!("{before}\n{text}\n{after}");
        for (way, bytes) in encoded(&long).into_iter().enumerate() {
            // Only what is spaced out from end to end in ASCII is read so.
            if way == SPACED && !text.is_ascii() {
                continue;
            }
            for shift in 0..3 {
                let shifted = [&b"\n\n\n"[..shift], &bytes].concat();
                assert!(could_hold(None, &shifted), "{text:?} in way {way}, {shift}");
            }
        }
    }
}

/// Blocks end inside words where nothing else parts them for long.
#[test]
fn a_word_that_announces_encoded_text_is_seen_across_blocks() {
    for word in ["base64", "KeyPackage", "keypackage", "KEYPACKAGE", "quoted-printable"] {
        for bytes in [word.as_bytes().to_vec(), units(word, u16::to_le_bytes)] {
            for len in BLOCK_BYTES - 40..BLOCK_BYTES + BLOCK_SLACK_BYTES + 2 {
                let text = [vec![b'x'; len], bytes.clone(), vec![b'x'; 300]].concat();
                assert!(could_hold(None, &text), "{word} {} {len}", bytes.len());
            }
        }
    }
}

#[test]
fn what_holds_no_key_is_turned_down() {
    // Long enough that the doubt that small files get does not apply.
    let prose =
        "On 12 May 1984 about 1,500 people came; the number 471207-278498 is not one of ours, nor 2026-09-21T14:13:20Z. ".repeat(2000);
    let japanese = "このキーは、回復キーではありません。カタカナもあります。２０２６年９月 ".repeat(2000);
    let arabic = "ولد عام ١٩٤٨ في القاهرة وتوفي عام ٢٠٠٣ ".repeat(2000);
    for text in [prose, japanese, arabic] {
        for (way, bytes) in encoded(&text).into_iter().enumerate() {
            // Kana in UTF-32 look like a row of zeros.
            assert!(way == WIDE || !could_hold(None, &bytes), "{} in way {way}", &text[..30]);
        }
    }
    let mut state = 1_u64;
    let noise: Vec<u8> = (0..1 << 20)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.to_le_bytes()[5]
        })
        .collect();
    assert!(!could_hold(None, &noise));
    let digits: Vec<u8> = noise.iter().map(|byte| b"0123456789- \n"[usize::from(*byte) % 13]).collect();
    assert!(!could_hold(None, &digits));
    assert!(
        !could_hold(None, b"") && !could_hold(None, &[0; 5000]) && !could_hold(None, &KEY.as_bytes()[..KEY.len() - 1])
    );
}

/// All files of a folder and those below.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut open = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for item in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = item.path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

fn corpora() -> Vec<(PathBuf, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = ["tests/data/formats", "samples", "../shared/samples/formats"];
    let all = folders.iter().flat_map(|folder| files(&root.join(folder)));
    all.map(|path| (path.clone(), std::fs::read(&path).unwrap())).collect()
}

#[test]
fn no_sample_with_a_key_is_turned_down() {
    let corpora = corpora();
    assert!(corpora.len() > 60, "only {}", corpora.len());
    for (path, bytes) in corpora {
        let reading = read(path.to_str(), &bytes);
        assert!(
            could_hold(path.to_str(), &bytes) || (reading.records.is_empty() && reading.attachments.is_empty()),
            "{}",
            path.display()
        );
    }
}

/// Those of the shared corpus whose formats have no reader here yet, by what its list expects of them.
#[test]
#[cfg_attr(not(shared_data), ignore = "the data beside the repository is absent")]
fn no_sample_that_is_said_to_have_a_key_is_turned_down() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples/formats");
    let list = std::fs::read(folder.join("expected.json")).unwrap();
    let list: serde_json::Value = serde_json::from_slice(&list).unwrap();
    for case in list["files"].as_array().unwrap() {
        let has_key = case["records"].as_array().unwrap().iter().any(|record| record["recovery_password"].is_string());
        let file = case["file"].as_str().unwrap();
        let bytes = std::fs::read(folder.join(file)).unwrap();
        assert!(!has_key || could_hold(None, &bytes), "{file}");
    }
}

/// A wrapped table stands between its two halves, and hyphens were lost.
#[test]
fn a_key_in_a_wrapped_column_is_seen_though_its_groups_are_joined() {
    for key in [
        "348887-385990-399091-316052-\n 79-0134676B1B69}   282414401049-496144-602657",
        "348887385990399091316052\n 79-01}  282414401049496144602657",
    ] {
        assert!(could_hold(None, format!("C:  {{9974D75B-3338-44FE-61 {key}\n").as_bytes()), "{key}");
    }
    assert!(!could_hold(
        None,
        b"C:  {9974D75B-3338-44FE-61 348887-385990-399091-316052-\n 79-01}  282414-401049-496144-602658"
    ));
}

fn change() -> impl Strategy<Value = (u8, prop::sample::Index, u8)> {
    (0_u8..8, any::<prop::sample::Index>(), any::<u8>())
}

/// Changes a file in one of several ways.
fn changed(bytes: &mut Vec<u8>, (kind, at, byte): (u8, prop::sample::Index, u8)) {
    if bytes.is_empty() {
        return;
    }
    let at = at.index(bytes.len());
    match kind {
        0 => bytes.insert(at, byte),
        1 => bytes.insert(at, 0),
        2 => drop(bytes.remove(at)),
        3 => drop(bytes.drain(..at)),
        4 => bytes.truncate(at),
        5 => bytes.splice(0..0, vec![byte; at]).for_each(drop),
        6 => bytes.splice(at..at, b"\r\n> ".iter().copied()).for_each(drop),
        _ => *bytes = bytes.iter().flat_map(|byte| [*byte, 0]).collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn no_changed_sample_with_a_key_is_turned_down(which in any::<prop::sample::Index>(), changes in prop::collection::vec(change(), 0..4)) {
        thread_local! { static ALL: Vec<(PathBuf, Vec<u8>)> = corpora(); }
        let (path, mut bytes) = ALL.with(|all| all[which.index(all.len())].clone());
        for change in changes {
            changed(&mut bytes, change);
        }
        let found = read(None, &bytes).records.len();
        prop_assert!(found == 0 || could_hold(None, &bytes), "{} {:?}", path.display(), String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_text_with_a_key_is_turned_down(
        text in "([0-9]{6}[-/ \n]|0000[0-9]{2}[-/ \n\u{200B}]|000000-000000-000011-000022|[OlSB0]{6}[- ]|１２３|[1-8]\\. 000[0-9]{3}|\\PC|\n|> ){0,40}",
        little in any::<bool>(),
        odd in any::<bool>(),
    ) {
        let to = if little { u16::to_le_bytes } else { u16::to_be_bytes };
        let shifted = |bytes: Vec<u8>| if odd { [b"x".to_vec(), bytes].concat() } else { bytes };
        for bytes in [text.as_bytes().to_vec(), shifted(units(&text, to))] {
            let found = read(None, &bytes).records.len();
            prop_assert!(found == 0 || could_hold(None, &bytes), "{:?}", text);
        }
    }
}
