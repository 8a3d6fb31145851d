//! Transcripts: what is typed, what is answered and everything that is said, as text files that people can read.
//! `DRIVEKEY_WRITE_TRANSCRIPTS=1` writes down what happens now in place of comparing; read the difference afterwards.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::{House, Outcome, Stream, shows_digits};

/// Runs a transcript and gives it back as it happened.
///
/// Lines: `# comment`, `@ directive`, `$ drivekey …`; below a command `>` is standard output, `!` standard error, `:`
/// the terminal, `?` a question with its ‹answer›, `*` one whose answer is hidden, `x` the cleared screen, `=` the
/// code.
pub(crate) fn play(text: &str, house: &mut House) -> String {
    let mut player = Player { house, slots: Vec::new(), given: false };
    let mut happened = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        writeln!(happened, "{line}").unwrap();
        if let Some(directive) = line.strip_prefix("@ ") {
            let mut body = Vec::new();
            while let Some(content) = lines.next_if(|line| line.starts_with("| ") || *line == "|") {
                writeln!(happened, "{content}").unwrap();
                body.push(content.get(2..).unwrap_or_default());
            }
            player.set_up(&words(directive), &body);
        } else if let Some(command) = line.strip_prefix("$ drivekey") {
            let mut answers = Vec::new();
            while let Some(expected) = lines.next_if(|line| line.starts_with(['>', '!', ':', '?', '*', 'x', '='])) {
                if expected.starts_with(['?', '*'])
                    && let Some((_, answer)) = expected.split_once('‹')
                    && answer != "nobody answers›"
                {
                    answers.push(answer.trim_end_matches('›').to_owned());
                }
            }
            happened.push_str(&player.command(command, &answers));
        } else {
            assert!(line.is_empty() || line.starts_with('#'), "not a line of a transcript: {line}");
        }
    }
    happened
}

struct Player<'a> {
    house: &'a mut House,
    slots: Vec<String>,
    given: bool,
}

impl Player<'_> {
    fn command(&mut self, command: &str, answers: &[String]) -> String {
        let mut arguments = words(command);
        for argument in &mut arguments {
            for (at, slot) in self.slots.iter().enumerate() {
                *argument = argument.replace(&format!("slot{:04}", at + 1), &slot[..8]);
            }
        }
        let (vault, others) = (fs::read(self.house.vault()).ok(), self.house.others());
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let answers: Vec<&str> = answers.iter().map(String::as_str).collect();
        let outcome =
            if self.given { self.house.given(&arguments, &answers) } else { self.house.run(&arguments, &answers) };
        let left = outcome.unused_answers;
        assert!(left == 0, "{left} answers without a question: drivekey{command}:\n{}", self.render(&outcome));
        if matches!(outcome.exit, 2..=5 | 7) {
            assert_eq!(fs::read(self.house.vault()).ok(), vault, "a refusal changed the vault: drivekey{command}");
        }
        let after = self.house.others();
        for (path, content) in &others {
            assert_eq!(after.get(path), Some(content), "drivekey{command} changed {}", path.display());
        }
        for slot in self.house.slots() {
            if !self.slots.contains(&slot) {
                self.slots.push(slot);
            }
        }
        let shown = self.render(&outcome);
        if arguments.first() != Some(&"show") {
            let said = shown.lines().filter(|line| !line.contains('‹'));
            said.for_each(|line| assert!(!shows_digits(line), "drivekey{command} shows digits: {line}"));
        }
        shown
    }

    /// Each line with the sign of where it went; the house and the keyslots under names that do not change.
    fn render(&self, outcome: &Outcome) -> String {
        let mut shown = String::new();
        for (stream, text) in &outcome.log {
            let sign = match stream {
                Stream::Out => '>',
                Stream::Err => '!',
                Stream::Said => ':',
                Stream::AskedLine => '?',
                Stream::AskedSecret => '*',
                Stream::Cleared => 'x',
            };
            if matches!(stream, Stream::AskedLine | Stream::AskedSecret | Stream::Cleared) {
                writeln!(shown, "{}", format!("{sign} {text}").trim_end()).unwrap();
                continue;
            }
            // Other systems than Linux do not tell what lies under a folder, and say so.
            let everywhere = |line: &&str| !line.starts_with("Warning: it cannot be known here whether");
            for line in text.lines().filter(everywhere) {
                writeln!(shown, "{}", format!("{sign} {line}").trim_end()).unwrap();
            }
            if !text.ends_with('\n') {
                shown.pop();
                shown.push_str("⏎\n");
            }
        }
        writeln!(shown, "= {}", outcome.exit).unwrap();
        let mut shown = portable(self.house.root(), &shown);
        for (at, slot) in self.slots.iter().enumerate() {
            let name = format!("slot{:04}", at + 1);
            shown = shown.replace(slot, &name).replace(&slot[..8], &name);
        }
        shown
    }

    fn set_up(&mut self, directive: &[String], body: &[&str]) {
        let words: Vec<&str> = directive.iter().map(String::as_str).collect();
        let house = &mut *self.house;
        match words[..] {
            ["key-file", path, id, key] => drop(house.key_file(path, id, key)),
            ["write", path] => drop(house.write(path, body.join("\n").as_bytes())),
            ["sparse", path] => house
                .write(path, b"")
                .metadata()
                .and_then(|_| fs::File::options().write(true).open(house.path(path)))
                .unwrap()
                .set_len(2 << 30)
                .unwrap(),
            ["volume", path, name] => super::volumes::save(&super::volumes::named(name), &house.path(path)),
            ["binary", path] => drop(house.write(path, &(0..=255).cycle().take(3 << 20).collect::<Vec<u8>>())),
            #[cfg(unix)]
            ["link", from, to] => std::os::unix::fs::symlink(house.path(to), house.path(from)).unwrap(),
            #[cfg(unix)]
            ["pipe", path] => {
                assert!(std::process::Command::new("mkfifo").arg(house.path(path)).status().unwrap().success());
            }
            ["folder", path] => fs::create_dir_all(house.path(path)).unwrap(),
            ["copy", from, to] => drop(fs::copy(house.path(from), house.path(to)).unwrap()),
            ["delete", path] => fs::remove_file(house.path(path)).unwrap(),
            ["flip", path, at] => change(&house.path(path), |bytes| bytes[at.parse::<usize>().unwrap()] ^= 1),
            ["cut", path, length] => change(&house.path(path), |bytes| bytes.truncate(length.parse().unwrap())),
            // SQLite's user_version.
            ["newer", path] => change(&house.path(path), |bytes| bytes[60..64].copy_from_slice(&9_u32.to_be_bytes())),
            ["sql", statement] => {
                rusqlite::Connection::open(house.vault()).unwrap().execute_batch(statement).unwrap();
            }
            ["absent", path] => assert!(house.path(path).symlink_metadata().is_err(), "{path} was left behind"),
            ["empty", path] => {
                let left: Vec<_> = fs::read_dir(house.path(path)).into_iter().flatten().collect();
                assert!(left.is_empty(), "left behind: {left:?}");
            }
            ["clipboard", "none"] => house.clipboard.content = None,
            ["clipboard", text] => house.clipboard.content = Some(text.to_owned()),
            ["copied", text, seconds] => {
                let (put, keep) = house.clipboard.put.last().unwrap();
                assert_eq!((put.as_str(), keep.as_secs()), (text, seconds.parse().unwrap()));
            }
            ["stdin", text] => text.clone_into(&mut house.stdin),
            ["terminal", state] => house.terminal = state == "on",
            ["screen", state] => house.out_is_terminal = state == "on",
            ["passphrase", state] => self.given = state == "given",
            _ => panic!("unknown directive: {words:?}"),
        }
    }
}

fn change(path: &Path, with: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    with(&mut bytes);
    fs::write(path, bytes).unwrap();
}

/// Paths in the house begin with `~/`, on every system.
pub(crate) fn portable(root: &Path, text: &str) -> String {
    let root = root.display().to_string();
    // JSON writes a backslash twice.
    let text = text.replace(&root.replace('\\', "\\\\"), &root);
    let mut parts = text.split(&root);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(['"', '\n', ':', ' ']).unwrap_or(part.len());
        whole.push('~');
        whole.push_str(&part[..end].replace("\\\\", "/").replace('\\', "/"));
        whole.push_str(&part[end..]);
    }
    // How a file is deleted differs.
    whole.replace("with Shift+Delete in Explorer", "with 'rm'")
}

/// Words as a shell divides them, with double quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut begun, mut quoted) = (String::new(), false, false);
    for c in line.chars() {
        match c {
            '"' => (begun, quoted) = (true, !quoted),
            ' ' if !quoted => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            c => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}
