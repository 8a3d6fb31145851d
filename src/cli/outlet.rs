//! The only way out to the terminal and the standard streams. Whatever could steer a terminal is spelt out, and a
//! reader who left changes no answer.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

use secrecy::SecretString;
use zeroize::Zeroizing;

use super::world::Terminal;
use drivekey_record::is_unprintable;

/// Stands for bytes that are no text.
const NO_TEXT: &str = "\u{FFFD}";

/// Whether a terminal could do something else with it than show it: control characters, marks that turn the direction,
/// characters without width.
fn steers(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t') || is_unprintable(c)
}

/// Spelt as JSON spells it: a document for programs stays the same document on a terminal.
fn spell(c: char, into: &mut String) {
    let mut units = [0; 2];
    for unit in c.encode_utf16(&mut units) {
        into.push_str("\\u");
        into.extend((0..4).rev().filter_map(|at| char::from_digit(u32::from(*unit >> (at * 4) & 0xF), 16)));
    }
}

/// A text whose line ends are the program's own.
pub(super) fn escaped(text: &str) -> Cow<'_, str> {
    spelt(text, |c, next| steers(c) && !(c == '\r' && next == Some('\n')))
}

/// A name, a path, an argument or a sentence: it stays on its line.
pub(super) fn on_one_line(text: &str) -> Cow<'_, str> {
    spelt(text, |c, _| steers(c) || matches!(c, '\n' | '\t'))
}

/// A path for people.
pub(super) fn printable(path: &Path) -> String {
    on_one_line(&path.display().to_string()).into_owned()
}

fn spelt(text: &str, is_spelt: impl Fn(char, Option<char>) -> bool) -> Cow<'_, str> {
    let mut chars = text.char_indices().peekable();
    let (mut whole, mut from) = (String::new(), 0);
    while let Some((at, c)) = chars.next() {
        if is_spelt(c, chars.peek().map(|(_, next)| *next)) {
            whole.push_str(&text[from..at]);
            spell(c, &mut whole);
            from = at + c.len_utf8();
        }
    }
    if from == 0 {
        return Cow::Borrowed(text);
    }
    whole.push_str(&text[from..]);
    Cow::Owned(whole)
}

/// A standard stream.
pub(super) struct Outlet<'a> {
    to: &'a mut dyn Write,
    /// A person reads it: bytes for programs go as they are.
    escapes: bool,
    /// A character, or a line end, of which the rest is still to come.
    begun: Vec<u8>,
    /// Nobody reads on.
    gone: bool,
}

impl<'a> Outlet<'a> {
    pub(super) fn new(to: &'a mut dyn Write, escapes: bool) -> Self {
        Self { to, escapes, begun: Vec::new(), gone: false }
    }

    /// Nothing more comes.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        let begun = std::mem::take(&mut self.begun);
        match std::str::from_utf8(&begun) {
            Ok(text) => self.pass(escaped(text).as_bytes())?,
            Err(_) => self.pass(NO_TEXT.as_bytes())?,
        }
        self.flush()
    }

    /// Whoever closed the pipe has read enough; the command goes on and ends as it would have.
    fn pass(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.gone || bytes.is_empty() {
            return Ok(());
        }
        match self.to.write_all(bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.gone = true;
                Ok(())
            }
            other => other,
        }
    }

    fn escape(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let (text, rest) = match std::str::from_utf8(bytes) {
                Ok(text) => (text, None),
                Err(error) => {
                    let (text, rest) = bytes.split_at(error.valid_up_to());
                    (std::str::from_utf8(text).unwrap_or_default(), Some((rest, error.error_len())))
                }
            };
            match rest {
                None => {
                    let sure = text.strip_suffix('\r').unwrap_or(text);
                    self.pass(escaped(sure).as_bytes())?;
                    self.begun.extend_from_slice(&bytes[sure.len()..]);
                    return Ok(());
                }
                Some((rest, None)) => {
                    self.pass(escaped(text).as_bytes())?;
                    self.begun.extend_from_slice(rest);
                    return Ok(());
                }
                Some((rest, Some(wrong))) => {
                    self.pass(escaped(text).as_bytes())?;
                    self.pass(NO_TEXT.as_bytes())?;
                    bytes = &rest[wrong..];
                }
            }
        }
        Ok(())
    }
}

impl Write for Outlet<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.escapes {
            self.pass(bytes)?;
            return Ok(bytes.len());
        }
        let mut rest = bytes;
        while let Some((first, after)) = rest.split_first().filter(|_| !self.begun.is_empty()) {
            let mut begun = std::mem::take(&mut self.begun);
            begun.push(*first);
            self.escape(&begun)?;
            rest = after;
        }
        self.escape(rest)?;
        Ok(bytes.len())
    }

    /// Says whether all of it went out: a file that nobody took is none.
    fn flush(&mut self) -> io::Result<()> {
        match self.to.flush() {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.gone = true,
            other => other?,
        }
        if self.gone { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) }
    }
}

/// A terminal on which nothing that is repeated can do harm.
pub(super) struct TamedTerminal<'a>(pub(super) &'a mut dyn Terminal);

impl Terminal for TamedTerminal<'_> {
    fn is_present(&mut self) -> bool {
        self.0.is_present()
    }

    fn ask_secret(&mut self, prompt: &str) -> io::Result<SecretString> {
        self.0.ask_secret(&escaped(prompt))
    }

    fn ask_line(&mut self, prompt: &str) -> io::Result<Zeroizing<String>> {
        self.0.ask_line(&escaped(prompt))
    }

    fn say(&mut self, text: &str) -> io::Result<()> {
        self.0.say(&escaped(text))
    }

    fn clear(&mut self) -> io::Result<()> {
        self.0.clear()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn through(pieces: &[&[u8]], escapes: bool) -> Vec<u8> {
        let mut out = Vec::new();
        let mut outlet = Outlet::new(&mut out, escapes);
        for piece in pieces {
            outlet.write_all(piece).unwrap();
        }
        outlet.finish().unwrap();
        out
    }

    /// By a list of its own.
    fn is_tame(text: &str) -> bool {
        !text.replace("\r\n", "\n").chars().any(|c| {
            matches!(c, '\0'..='\u{8}' | '\u{B}'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{61C}' | '\u{FEFF}')
                || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}')
                || matches!(c, '\u{E0000}'..='\u{E0FFF}')
        })
    }

    #[test]
    fn what_steers_is_spelt_out() {
        for (text, shown) in [
            ("a\u{1b}[31mb", "a\\u001b[31mb"),
            ("\u{7}\u{8}\0\u{7f}\u{9b}", "\\u0007\\u0008\\u0000\\u007f\\u009b"),
            ("x\u{202e}y\u{2066}\u{2069}\u{200e}\u{200f}\u{61c}", "x\\u202ey\\u2066\\u2069\\u200e\\u200f\\u061c"),
            ("\u{200b}\u{feff}\u{2028}", "\\u200b\\ufeff\\u2028"),
            ("\u{e0041}", "\\udb40\\udc41"),
            ("one\r\ntwo\rthree\n", "one\r\ntwo\\u000dthree\n"),
            ("Jürgens \"C:\\u\" 日本 👍\t|\n", "Jürgens \"C:\\u\" 日本 👍\t|\n"),
        ] {
            assert_eq!(escaped(text), shown);
            assert_eq!(through(&[text.as_bytes()], true), shown.as_bytes());
            assert_eq!(through(&[text.as_bytes()], false), text.as_bytes());
        }
        assert_eq!(on_one_line("a\nb\r\nc\td"), "a\\u000ab\\u000d\\u000ac\\u0009d");
        // No text at all: 0x9B by itself begins a sequence on some terminals.
        assert_eq!(through(&[b"a\x9b31m\xff\xe2\x80"], true), "a\u{FFFD}31m\u{FFFD}\u{FFFD}".as_bytes());
        assert_eq!(through(&[b"end\r"], true), b"end\\u000d");
    }

    #[test]
    fn a_document_for_programs_stays_the_same() {
        let value = serde_json::json!({ "path": "a\u{1b}[2J\u{202e}\u{9b}\u{e0041}\"\\\n", "n": 1 });
        let text = serde_json::to_string_pretty(&value).unwrap();
        let shown = through(&[text.as_bytes()], true);
        assert!(is_tame(std::str::from_utf8(&shown).unwrap()));
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&shown).unwrap(), value);
    }

    /// A pipe whose reader left after so many bytes.
    struct Shut(usize);

    impl Write for Shut {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::BrokenPipe)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_who_left_is_told_by_flushing_only() {
        let mut shut = Shut(10);
        let mut outlet = Outlet::new(&mut shut, true);
        outlet.write_all(b"0123456789").unwrap();
        outlet.flush().unwrap();
        outlet.write_all(b"0").unwrap();
        outlet.write_all(b"1").unwrap();
        assert_eq!(outlet.flush().unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }

    /// Texts with characters that steer a terminal.
    const STEERING: &str = "(\\PC|[\\x00-\\x1f\\x7f-\\u{9f}\\u{200b}-\\u{200f}\\u{2028}-\\u{202e}\
                            \\u{2060}-\\u{206f}\\u{61c}\\u{feff}]|\\r\\n){0,60}";
    /// Texts without any.
    const PLAIN: &str = "[\\PC\\n\\t&&[^\\p{Cf}\\p{Zl}\\p{Zp}\u{e0000}-\u{e0fff}\u{2060}-\u{206f}]]{0,80}";

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_steers_in_any_pieces(
            bytes in prop_oneof![
                STEERING.prop_map(String::into_bytes),
                prop::collection::vec(any::<u8>(), 0..80),
            ],
            cuts in prop::collection::vec(0_usize..80, 0..8),
        ) {
            let whole = through(&[&bytes], true);
            prop_assert!(is_tame(std::str::from_utf8(&whole).unwrap()), "{:?}", whole);
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]).collect();
            prop_assert_eq!(through(&pieces, true), whole);
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            prop_assert_eq!(through(&single, true), through(&[&bytes], true));
            prop_assert_eq!(through(&pieces, false), bytes);
        }

        #[test]
        fn plain_text_is_not_changed(text in PLAIN) {
            prop_assert_eq!(escaped(&text), text.as_str());
            prop_assert_eq!(through(&[text.as_bytes()], true), text.as_bytes());
        }
    }
}
