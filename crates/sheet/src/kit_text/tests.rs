//! What is printed reads back, typed well or badly; a wrong line is named.

use bech32::Hrp;
use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::*;

fn identity(bytes: &[u8; 32]) -> String {
    bech32::encode_upper::<Bech32>(Hrp::parse("age-secret-key-").unwrap(), bytes).unwrap()
}

fn printed(secret: &str) -> Vec<String> {
    let line = |line: &KitLine| {
        format!("{} {}", line.groups.iter().map(|group| group.as_str()).collect::<Vec<_>>().join(" "), *line.check)
    };
    kit_lines(secret).unwrap().iter().map(line).collect()
}

fn read(text: &str) -> Result<String, KitTextError> {
    parse_kit(text).map(|kit| kit.secret().expose_secret().to_owned())
}

const BYTES: [u8; 32] = *b"made up, thirty-two bytes of it!";

#[test]
fn every_spelling_reads_back() {
    let secret = identity(&BYTES);
    let lines = printed(&secret);
    let numbered: Vec<String> = lines.iter().enumerate().map(|(at, line)| format!("{}) {line}", at + 1)).collect();
    let bare: Vec<&str> =
        secret.as_bytes()[PREFIX.len()..].chunks(LINE_LETTERS).map(|line| std::str::from_utf8(line).unwrap()).collect();
    for text in [
        secret.clone(),
        secret.to_lowercase(),
        format!("  {secret}\r\n"),
        lines.join("\n"),
        lines.join("\r\n").to_lowercase(),
        format!("AGE-SECRET-KEY-1\n{}", lines.join("\n")),
        format!("age-secret-key-1 {}", lines.join(" ")),
        numbered.join("\n"),
        lines.join(" "),
        lines.concat().replace(' ', ""),
        bare.join("\n"),
        lines.join("\n").replace('0', "O").replace('8', "b").replace('L', "1"),
    ] {
        assert_eq!(read(&text).as_deref(), Ok(secret.as_str()), "{text}");
    }
}

#[test]
fn the_wrong_line_is_named() {
    let secret = identity(&BYTES);
    for wrong in 0..LINES {
        let mut lines = printed(&secret);
        let letters: Vec<char> = lines[wrong].chars().collect();
        // Q and R are confused with nothing that the other is.
        let bent = if letters[0] == 'R' { 'K' } else { 'R' };
        lines[wrong] = std::iter::once(bent).chain(letters[1..].iter().copied()).collect();
        assert_eq!(read(&lines.join("\n")), Err(KitTextError::Line { line: wrong + 1 }));
        lines[wrong] = letters[1..].iter().collect();
        assert_eq!(read(&lines.join("\n")), Err(KitTextError::Line { line: wrong + 1 }));
    }
    let mut lines = printed(&secret);
    lines.swap(0, 1);
    assert_eq!(read(&lines.join("\n")), Err(KitTextError::Line { line: 1 }));
    assert_eq!(read("hello"), Err(KitTextError::NotAKit));
    assert_eq!(read(""), Err(KitTextError::NotAKit));
    assert_eq!(read(&"Q".repeat(58)), Err(KitTextError::Somewhere));
}

#[test]
fn debug_shows_nothing() {
    let kit = parse_kit(&identity(&BYTES)).unwrap();
    assert!(!format!("{kit:?}").contains(&identity(&BYTES)[20..30]));
}

/// Each wrong letter and each exchange changes the check, so that what is put right is right.
#[test]
fn a_check_catches_every_single_slip() {
    let letters = identity(&BYTES);
    let line = &letters.as_bytes()[PREFIX.len()..PREFIX.len() + LINE_LETTERS];
    let right = check_letters(0, line).unwrap();
    let mut bent = line.to_vec();
    for at in 0..LINE_LETTERS {
        for other in LETTERS.iter().filter(|other| **other != line[at]) {
            bent[at] = *other;
            assert_ne!(check_letters(0, &bent).unwrap(), right);
        }
        bent[at] = line[at];
        for other in at + 1..LINE_LETTERS {
            bent.swap(at, other);
            assert!(check_letters(0, &bent).unwrap() != right || line[at] == line[other]);
            bent.swap(at, other);
        }
    }
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(bytes in any::<[u8; 32]>()) {
        let secret = identity(&bytes);
        prop_assert_eq!(read(&printed(&secret).join("\n")), Ok(secret));
    }

    #[test]
    fn a_confused_letter_is_put_right_or_named(bytes in any::<[u8; 32]>(), at in 0_usize..58, pick in any::<usize>()) {
        let secret = identity(&bytes);
        let mut lines = printed(&secret);
        let (line, place) = (at / LINE_LETTERS, at % LINE_LETTERS + at % LINE_LETTERS / GROUP_LETTERS);
        let letter = lines[line].as_bytes()[place];
        let pairs = CONFUSED.iter().filter(|pair| pair.contains(&letter));
        let others: Vec<u8> = pairs.flat_map(|pair| pair.iter().copied()).filter(|c| *c != letter).collect();
        prop_assume!(!others.is_empty());
        lines[line].replace_range(place..=place, &char::from(others[pick % others.len()]).to_string());
        let result = read(&lines.join("\n"));
        prop_assert!(result == Ok(secret) || result == Err(KitTextError::Line { line: line + 1 }), "{:?}", result);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC*") {
        let _ = parse_kit(&text);
        let _ = kit_lines(&text);
    }

    #[test]
    fn no_lines_make_it_panic(text in "[qpzry9x8 12|BO):\\n]{0,90}") {
        let _ = parse_kit(&text);
    }
}
