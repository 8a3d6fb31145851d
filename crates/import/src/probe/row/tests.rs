//! A row against a plain definition of what it finds, and steps against single runs, on the machine's own instructions
//! and on those that every machine has.

use proptest::prelude::*;

use super::*;
use crate::probe::steps;

/// A row as one would write it without a thought of speed.
#[derive(Default)]
struct Plain {
    digits: Vec<u8>,
    /// Lengths of runs, and whether a line begins with them.
    runs: Vec<(usize, bool)>,
    numbered: usize,
    padded: usize,
    values: usize,
    sound: usize,
    escaped: usize,
    found: bool,
}

fn value(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |value, digit| value * 10 + u32::from(digit & DIGIT))
}

fn is_sound(digits: &[u8]) -> bool {
    digits.len() <= GROUP_DIGITS && value(digits).is_multiple_of(11) && value(digits) < 720_896
}

impl Plain {
    fn read(text: &[u8]) -> Self {
        let mut row = Self::default();
        let mut at = 0;
        while at < text.len() {
            if !text[at].is_ascii_digit() {
                at += 1;
                continue;
            }
            let end = at + text[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            let misread = (end - at < GROUP_DIGITS && end < text.len()).then(|| runs::misread(text, at, end)).flatten();
            if let Some((before, word)) = misread {
                row.append(&word, false);
                at = at - before + GROUP_DIGITS;
                continue;
            }
            match runs::escaped(text, at, end).filter(|_| end < text.len()) {
                Some(digit) => {
                    row.escaped += 1;
                    row.found |= row.escaped >= ESCAPED_DIGITS;
                    row.push(&[digit], false);
                }
                None => row.push(&text[at..end], runs::begins_line(&text[..at])),
            }
            at = end;
        }
        row
    }

    fn push(&mut self, run: &[u8], new_line: bool) {
        let sound = is_sound(run);
        if run.len() > KEY_DIGITS {
            self.digits.clear();
        } else {
            self.append(run, new_line);
        }
        match (run.len(), sound) {
            (GROUP_DIGITS, true) => (self.numbered, self.sound) = (self.numbered + 1, self.sound + 1),
            (1, _) => {}
            _ => self.numbered = 0,
        }
        (self.padded, self.values) =
            if sound { (self.padded + 1, self.values + usize::from(value(run) > 0)) } else { (0, 0) };
        self.found |= self.numbered >= GROUPS || (self.padded >= GROUPS && self.values >= GROUPS / 2);
    }

    fn append(&mut self, run: &[u8], new_line: bool) {
        self.digits.extend_from_slice(run);
        self.runs.push((run.len(), new_line));
        let Some(from) = self.digits.len().checked_sub(KEY_DIGITS) else { return };
        self.found |= self.digits[from..].chunks(GROUP_DIGITS).all(is_sound) && self.is_in_groups();
    }

    fn is_in_groups(&self) -> bool {
        let (mut digits, mut parts, mut broken) = (0, 0, None);
        for (len, new_line) in self.runs.iter().rev().take(2 * GROUPS).copied() {
            digits += len;
            if broken.take().is_none_or(|rest: usize| rest + len != GROUP_DIGITS) {
                parts += 1;
                broken = (new_line && len < GROUP_DIGITS).then_some(len);
            }
            if digits >= KEY_DIGITS {
                return parts <= GROUPS;
            }
        }
        false
    }
}

fn levels() -> [Level; 2] {
    [Level::new(), Level::baseline()]
}

/// Takes a text in parts of some length, which end between words.
fn take_all(level: Level, text: &[u8], len: usize) -> (bool, Row) {
    let mut row = Row::new(level, false);
    let (mut found, mut from) = (false, 0);
    while from < text.len() {
        let parts = |byte: &u8| matches!(byte, b' ' | b'\n' | b'-');
        let to = text.iter().skip(from + len).position(parts).map_or(text.len(), |rest| from + len + rest);
        // What is longer than a block is cut.
        let to = to.min(from + STEPS * STEP_BYTES);
        let digits = dispatch!(level, simd => steps::digits(simd, &text[from..], to - from));
        found = found || row.take(text, from..to, &digits);
        from = to;
    }
    found = found || row.finish();
    (found, row)
}

/// Groups of which most are sound, in some of the ways in which they are written.
fn group() -> impl Strategy<Value = String> {
    let number = prop_oneof![8 => (0_u32..65536).prop_map(|value| value * 11), 1 => Just(0), 1 => 0_u32..1_000_000];
    (number, 0_usize..60, 1_usize..6).prop_map(|(number, way, at)| {
        let six = format!("{number:06}");
        match way {
            0 => number.to_string(),
            1 => format!("{}\n{}", &six[..at], &six[at..]),
            2 => format!("{}\n> {}", &six[..at], &six[at..]),
            3 => format!("{} {}", &six[..at], &six[at..]),
            4 => six.replace('0', "O").replace('1', "l"),
            5 => six.bytes().map(|digit| format!("&#{digit};")).collect::<Vec<_>>().concat(),
            6 => six.bytes().map(|digit| format!("={digit:x}")).collect::<Vec<_>>().concat(),
            7 => six.bytes().map(|digit| format!("\\u{digit:04x}")).collect::<Vec<_>>().concat(),
            8 => format!("{six}Z"),
            9 => format!("{at}. {six}"),
            _ => six,
        }
    })
}

fn text() -> impl Strategy<Value = String> {
    let parts =
        prop_oneof![6 => Just("-"), 3 => Just(" "), 3 => Just(""), 2 => Just("\n"), 1 => Just(", "), 1 => Just(" 7 ")];
    let groups = (prop::collection::vec(group(), 1..11), parts).prop_map(|(groups, parts)| groups.join(parts));
    let other = prop_oneof![
        Just(" words ".to_owned()),
        "[0-9]{1,7} ",
        "[0-9]{40,60}",
        "[0-9]{100,300}",
        "(0 ){1,9}",
        "[0-9a-z#=xXOlS>\u{85}\u{2028} \n]{0,90}",
        Just("\n".to_owned()),
    ];
    prop::collection::vec(prop_oneof![3 => groups, 2 => other], 1..9).prop_map(|parts| parts.concat())
}

/// Each way to write a key, at each place of a step, and with one digit changed.
#[test]
fn a_key_is_found_wherever_it_stands() {
    let groups = ["471207", "278498", "422125", "177177", "561902", "537405", "468006", "693451"];
    let broken = |at: usize| groups.map(|group| format!("{}\n{}", &group[..at], &group[at..])).join("\n");
    let mut texts: Vec<String> = ["-", " ", "", "\n", " - ", "/", " 1 "].map(|parts| groups.join(parts)).into();
    texts.extend((1..6).map(broken));
    texts.push(groups.map(|group| group.replace('1', "l")).join("-"));
    texts.push("22 33 0 11 4554 0 121 600600".to_owned());
    for level in levels() {
        for text in &texts {
            for before in 0..130 {
                for (end, found) in [("", true), (" ", true), ("5", false)] {
                    let whole = format!("{} {text}{end}", "x".repeat(before));
                    assert_eq!(take_all(level, whole.as_bytes(), 1024).0, found, "{whole:?}");
                }
            }
        }
    }
}

#[test]
fn the_largest_group_is_a_key_s_and_the_next_is_not() {
    for (last, found) in [("720885", true), ("720896", false), ("720907", false), ("999999", false), ("719999", false)]
    {
        let text = format!("471207-278498-422125-177177-561902-537405-468006-{last}\n");
        assert_eq!(take_all(Level::new(), text.as_bytes(), 1024).0, found, "{last}");
    }
}

/// Wherever the row is moved to its buffer's beginning.
#[test]
fn a_key_is_found_behind_many_digits() {
    let key = "471207-278498-422125-177177-561902-537405-468006-693451";
    for level in levels() {
        for numbers in (0..4000).step_by(37) {
            let text = format!("{}{key} {}", "12345 ".repeat(numbers), "12345 ".repeat(numbers % 50));
            assert!(take_all(level, text.as_bytes(), 1024).0, "{numbers}");
            assert!(!take_all(level, text.replace("693451", "693452").as_bytes(), 1024).0, "{numbers}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn a_row_finds_what_the_plain_one_finds(text in text(), len in 1_usize..600) {
        let plain = Plain::read(text.as_bytes());
        for level in levels() {
            let (found, row) = take_all(level, text.as_bytes(), len);
            prop_assert_eq!(found, plain.found);
            prop_assert!(found || row.sound_groups() == plain.sound);
        }
    }

    #[test]
    fn steps_gather_what_single_runs_do(text in text(), from in 0_usize..90, len in 0_usize..400, open in any::<bool>()) {
        let text = text.as_bytes();
        let from = from.min(text.len());
        let part = from..text.len().min(from + len);
        for level in levels() {
            let (mut by_steps, mut by_runs) = (Row::new(level, false), Row::new(level, false));
            for row in [&mut by_steps, &mut by_runs] {
                row.make_room(part.len());
                row.end.open = open;
            }
            by_runs.take_by_runs(text, part.clone());
            let digits = dispatch!(level, simd => steps::digits(simd, &text[from..], part.len()));
            let gathered = dispatch!(level, simd => gather::gather(simd, text, part.clone(), &digits, &mut by_steps.digits, End { len: 0, open }));
            if let Some(end) = gathered {
                prop_assert_eq!(end, by_runs.end);
                prop_assert_eq!(&by_steps.digits[..end.len], &by_runs.digits[..end.len]);
            } else {
                let starts = (0..text.len()).filter(|at| text[*at].is_ascii_digit());
                let is_read = |at: usize| runs::is_misread_around(text, at) || runs::is_escaped_from(text, at);
                prop_assert!(starts.into_iter().any(is_read));
            }
        }
    }

    #[test]
    fn places_are_tried_by_the_plain_definition(digits in prop::array::uniform32(0_u8..10), marks in prop::array::uniform32(0_u8..8), places in 0_usize..32) {
        let step: [u8; WINDOW_BYTES] = std::array::from_fn(|at| digits[at % 32] | marks[(at + places) % 32] << 5);
        for level in levels() {
            let (divisible, below) = dispatch!(level, simd => tries::masks(simd, &step));
            for at in 0..STEP_BYTES {
                for len in 1..=GROUP_DIGITS {
                    let is_divisible = value(&step[at..at + len]).is_multiple_of(11);
                    prop_assert_eq!(divisible[len - 1] >> at & 1 == 1, is_divisible, "{} {}", at, len);
                }
                prop_assert_eq!(below >> at & 1 == 1, value(&step[at..at + GROUP_DIGITS]) < 720_896, "{}", at);
            }
        }
    }
}
