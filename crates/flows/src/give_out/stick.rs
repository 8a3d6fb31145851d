//! Writes key files to a stick, under Windows' own names where Windows knows such keys, and reads each back from the
//! stick itself. Nothing that is there is replaced.

use std::path::Path;

use zeroize::Zeroizing;

use super::Chosen;
use crate::gather;
use crate::{Progress, Watch, Work};
use drivekey_export::{
    Folder, Item, Part, Put, README_NAME, Seen, WriteError, external_key_name, key_file, key_file_name, readme,
};
use drivekey_import::OtherKey;
use drivekey_record::{Details, Handle, KeyKind, LineText, RecoveryPassword};

/// A stick, or a folder on it, that was looked at.
#[derive(Debug)]
pub struct Stick(Folder);

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StickFile {
    /// A record's key.
    Key(Handle),
    /// A startup key.
    Startup,
    /// The explanation.
    Readme,
}

/// What became of one file.
#[derive(Debug, Clone)]
pub struct StickLine {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub file: StickFile,
    /// The computer it belongs to.
    pub device: Option<LineText>,
    /// What became of it, or would.
    pub outcome: Result<Put, WriteError>,
}

/// What became of all.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// Each file that was begun, the keys first.
    pub lines: Vec<StickLine>,
    /// How well what was written is known to stand on the stick; `None`: nothing was.
    pub seen: Option<Seen>,
    /// Somebody stopped it: so many files were not begun.
    pub not_begun: usize,
}

/// A file on its way to the stick; its bytes are made when they are needed.
enum Outgoing<'a> {
    Key(Item<'a>),
    Startup(Part<'a>),
    Readme,
}

impl StickLine {
    /// The record whose key is on the stick now.
    #[must_use]
    pub const fn key_that_is_there(&self) -> Option<Handle> {
        match (self.file, self.outcome) {
            (StickFile::Key(handle), Ok(_)) => Some(handle),
            _ => None,
        }
    }

    /// Whether it opens a drive. The explanation alone decides nothing.
    #[must_use]
    pub const fn is_key(&self) -> bool {
        matches!(self.file, StickFile::Key(_) | StickFile::Startup)
    }
}

impl Written {
    /// Whether every file was there already, as it should be.
    #[must_use]
    pub fn all_there_before(&self) -> bool {
        self.lines.iter().all(|line| line.outcome != Ok(Put::Written))
    }
}

impl Stick {
    /// Looks at a folder that exists.
    ///
    /// # Errors
    /// [`WriteError`]: it is none, or cannot be read.
    pub fn open(path: &Path) -> Result<Self, WriteError> {
        Folder::open(path).map(Self)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// What would become of each file; nothing is written.
    #[must_use]
    pub fn look(&self, chosen: &Chosen) -> Vec<StickLine> {
        let judged = outgoing(chosen).into_iter().map(|one| {
            let outcome = self.0.would_put(&one.name(), &one.bytes());
            one.line(self.forgive(&one, outcome))
        });
        judged.collect()
    }

    /// Writes all, makes them last, and reads all back: a stick that lies about its size shows it only then. Whoever
    /// stops it gets what was written until then, made to last and read back, too.
    #[must_use]
    pub fn write(&mut self, chosen: &Chosen, watch: &dyn Watch) -> Written {
        let all = outgoing(chosen);
        let mut written = Written::default();
        let mut stopped = None;
        for (at, one) in all.iter().enumerate() {
            if watch.is_cancelled() {
                written.not_begun = all.len() - at;
                break;
            }
            let outcome = if let Some(error) = stopped {
                Err(error)
            } else {
                let outcome = self.0.put(&one.name(), &one.bytes());
                self.forgive(one, outcome)
            };
            stopped = outcome.err().filter(WriteError::stops_all);
            written.lines.push(one.line(outcome));
            let (done, all) = (at as u64 + 1, Some(all.len() as u64));
            watch.progress(Progress { work: Work::FilesWritten, done, all, bytes: 0 });
        }
        let synced = self.0.sync();
        let lines = all.iter().zip(&mut written.lines);
        for (one, line) in lines.filter(|(_, line)| line.outcome == Ok(Put::Written)) {
            match synced.and_then(|()| self.0.check(&line.name, &one.bytes())) {
                Ok(how) => written.seen = written.seen.min(Some(how)).or(Some(how)),
                Err(error) => {
                    self.0.remove(&line.name);
                    line.outcome = Err(error);
                }
            }
        }
        written
    }

    /// A file of the same name with the same key in other words, such as Windows' own, is as good; so is an
    /// explanation.
    fn forgive(&self, one: &Outgoing<'_>, outcome: Result<Put, WriteError>) -> Result<Put, WriteError> {
        let same = outcome == Err(WriteError::Exists)
            && match one {
                Outgoing::Key(item) => self.0.find(&one.name()).is_some_and(|path| holds_key(&path, item)),
                Outgoing::Startup(_) => false,
                Outgoing::Readme => true,
            };
        if same { Ok(Put::AlreadyThere) } else { outcome }
    }
}

fn outgoing(chosen: &Chosen) -> Vec<Outgoing<'_>> {
    let keys = chosen.items().into_iter().map(Outgoing::Key);
    keys.chain(chosen.parts().into_iter().map(Outgoing::Startup)).chain([Outgoing::Readme]).collect()
}

impl Outgoing<'_> {
    fn name(&self) -> String {
        match self {
            Self::Key(item) => key_file_name(item),
            Self::Startup(part) => external_key_name(&part.guid),
            Self::Readme => README_NAME.to_owned(),
        }
    }

    fn bytes(&self) -> Zeroizing<Vec<u8>> {
        match self {
            Self::Key(item) => key_file(item),
            Self::Startup(part) => Zeroizing::new(part.bytes.to_vec()),
            Self::Readme => readme(),
        }
    }

    fn line(&self, outcome: Result<Put, WriteError>) -> StickLine {
        let (file, device) = match self {
            Self::Key(item) => (StickFile::Key(item.handle), item.details.device_name.clone()),
            Self::Startup(part) => (StickFile::Startup, part.device_name.and_then(|name| name.parse().ok())),
            Self::Readme => (StickFile::Readme, None),
        };
        StickLine { name: self.name(), file, device, outcome }
    }
}

fn holds_key(path: &Path, item: &Item<'_>) -> bool {
    let Ok(bytes) = gather::read_file(path) else { return false };
    let reading = drivekey_import::read(path.to_str(), &bytes);
    let Details { kind, key_id, .. } = item.details;
    if *kind != KeyKind::BitLocker {
        let is_it = |there: &OtherKey| there.details.kind == *kind && there.details.key_id == *key_id;
        return reading.other_keys.iter().any(|there| is_it(there) && there.secret.is(item.key));
    }
    let Ok(password) = RecoveryPassword::parse(item.key.as_str()) else { return false };
    reading.records.iter().any(|there| there.key_id == *key_id && there.password.same_digits(&password))
}
