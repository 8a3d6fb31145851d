//! Turns errors into a sentence, a hint and an exit code. Errors become words nowhere else.

use std::io;
use std::path::PathBuf;

use super::exit::Exit;
pub(super) use super::vault_failure::{beside_sentence, doubt_sentence, fault_words, faults_sentence};
use super::world::ClipboardError;
use drivekey_record::{LineTextError, PasswordError, PasswordProblem};

/// A command that did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What is wrong, as one sentence without a full stop.
    pub sentence: String,
    /// What to do, where something can be done.
    pub hint: Option<String>,
    /// The exit code.
    pub exit: Exit,
}

impl Failure {
    pub(super) fn new(exit: Exit, sentence: impl Into<String>, hint: impl Into<String>) -> Self {
        let hint = hint.into();
        Self { sentence: sentence.into(), hint: (!hint.is_empty()).then_some(hint), exit }
    }

    pub(super) fn usage(sentence: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(Exit::Usage, sentence, hint)
    }

    pub(super) fn refused(sentence: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(Exit::Refused, sentence, hint)
    }

    /// There is no vault at this path.
    pub(super) fn no_vault(path: &std::path::Path) -> Self {
        Self::new(
            Exit::Failed,
            format!("there is no vault at {}", path.display()),
            "make one with 'drivekey init', or name another with --vault FILE",
        )
    }

    /// There is no terminal to ask on.
    pub(super) fn no_terminal(what: &str, instead: &str) -> Self {
        Self::refused(format!("{what}, and there is no terminal to ask on"), instead)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // Whoever closed the pipe has read enough.
            io::ErrorKind::BrokenPipe => Self { sentence: String::new(), hint: None, exit: Exit::Done },
            io::ErrorKind::UnexpectedEof => {
                Self::new(Exit::Failed, "the input ended too early", "start again and answer each question")
            }
            io::ErrorKind::StorageFull => Self::new(Exit::Failed, "the disk is full", "make room and try again"),
            kind => Self::new(
                Exit::Failed,
                format!("reading or writing failed: {kind}"),
                "check the disk or the connection and try again",
            ),
        }
    }
}

impl From<ClipboardError> for Failure {
    fn from(_: ClipboardError) -> Self {
        Self::new(
            Exit::Failed,
            "the clipboard cannot be used here",
            "leave --copy or --clipboard out; on Linux a desktop session is needed",
        )
    }
}

impl From<LineTextError> for Failure {
    fn from(error: LineTextError) -> Self {
        let sentence = match error {
            LineTextError::Empty => "the text has nothing in it that can be shown",
            LineTextError::TooLong => "the text is longer than 1,000 characters",
        };
        Self::usage(sentence, "give a short line of text")
    }
}

impl From<PasswordError> for Failure {
    fn from(error: PasswordError) -> Self {
        Self::new(
            Exit::Failed,
            password_sentence(error),
            "a recovery key has eight groups of six digits; compare it with its source",
        )
    }
}

/// What is wrong with a key. Never shows a digit of it.
pub(super) fn password_sentence(error: PasswordError) -> String {
    match error {
        PasswordError::Group { group, problem } => format!("group {group} of the key {}", problem_words(problem)),
        PasswordError::GroupCount { found: 0 } => "there is no recovery key".to_owned(),
        PasswordError::GroupCount { found: 1 } => "the key has 1 group of digits instead of 8".to_owned(),
        PasswordError::GroupCount { found } => format!("the key has {found} groups of digits instead of 8"),
    }
}

/// What is wrong with one group.
pub(super) fn problem_words(problem: PasswordProblem) -> String {
    match problem {
        PasswordProblem::NotDivisibleBy11 => "has a wrong digit, or two that are exchanged".to_owned(),
        PasswordProblem::OutOfRange => "is larger than any group can be".to_owned(),
        PasswordProblem::Length { found: 1 } => "has 1 digit instead of 6".to_owned(),
        PasswordProblem::Length { found } => format!("has {found} digits instead of 6"),
        PasswordProblem::NotADigit => "has a character that is no digit".to_owned(),
    }
}

/// A keyslot's name as people see it.
pub(super) fn short_slot(slot: drivekey_record::SlotId) -> String {
    slot.to_string()[..8].to_owned()
}

/// The file that an argument names cannot be read.
pub(super) fn unreadable(path: &std::path::Path, error: &io::Error) -> Failure {
    let path: PathBuf = path.to_owned();
    match error.kind() {
        io::ErrorKind::NotFound => {
            Failure::new(Exit::Failed, format!("there is no file {}", path.display()), "check the path")
        }
        io::ErrorKind::PermissionDenied => {
            Failure::new(Exit::Failed, format!("{} may not be read", path.display()), "check its permissions")
        }
        kind => Failure::new(
            Exit::Failed,
            format!("{} cannot be read: {kind}", path.display()),
            "check the path and the disk",
        ),
    }
}

/// With a capital at its beginning.
pub(super) fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
