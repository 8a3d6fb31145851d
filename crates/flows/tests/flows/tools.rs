//! Keys, files and lookers-on that these tests share.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use drivekey_flows::intake::{Named, Outcome, Said, Sources, read};
use drivekey_flows::{Progress, ReadHere, Unwatched, Watch};
use drivekey_testkit::house::now;
use drivekey_vault::{Taking, Unlocked, Vault};

pub(crate) const ID_1: &str = "7EDB30ED-1234-4ABC-9DEF-0123456789AB";
pub(crate) const ID_2: &str = "9C1F44B2-52D3-4E0A-8F6B-00AA11BB22CC";
pub(crate) const KEY_1: &str = "471207-278498-422125-177177-561902-537405-468006-693451";
pub(crate) const KEY_2: &str = "599907-126192-034078-378543-435050-262383-683309-100661";

/// Writes a file with the folders above it.
pub(crate) fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

/// A file with one key, as a note says it.
pub(crate) fn key_text(id: &str, key: &str) -> String {
    format!("Key ID: {id}\nRecovery key: {key}\n")
}

pub(crate) fn read_below(path: &Path) -> Sources {
    read(Named { paths: &[path.to_owned()], ..Named::default() }, &ReadHere, &Unwatched)
}

/// Takes all of it in as it was read.
pub(crate) fn keep(vault: &mut Vault<Unlocked>, sources: Sources) -> Outcome {
    sources.sort(&Said::default(), None).take_in(vault, now(), Taking::Keep, &Unwatched).unwrap()
}

/// Notes what it is told, and stops the work at a number.
#[derive(Default)]
pub(crate) struct Looker {
    pub(crate) told: Mutex<Vec<Progress>>,
    pub(crate) stops: bool,
}

impl Watch for Looker {
    fn progress(&self, progress: Progress) {
        self.told.lock().unwrap().push(progress);
    }

    fn is_cancelled(&self) -> bool {
        self.stops
    }
}
