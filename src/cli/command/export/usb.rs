//! `export usb`: key files on a stick, under Windows' own names, each read back from the stick itself.

use std::path::Path;

use zeroize::Zeroizing;

use super::usb_report::{self, Line, What};

use super::chosen::{self, Kinds};
use super::{saving, sticks};
use crate::cli::args::{ExportUsbArgs, Shared};
use crate::cli::copy_note::{self, Made, Whereto};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::guard::{self, Holding};
use crate::cli::progress::Progress;
use crate::cli::session::unlocked;
use crate::cli::world::World;
use crate::cli::{interrupt, leftovers};
use crate::gather;
use drivekey_export::{self, Folder, Item, Part, Put, README_NAME, Seen, WriteError};
use drivekey_record::{AttachmentKind, CopyKind, Handle, LineText, RecoveryPassword};

/// What goes along with the keys.
const KINDS: Kinds = Kinds::Only(AttachmentKind::ExternalKey);
/// A bar for fewer files would only flicker.
const PROGRESS_FILES: usize = 50;

/// A file on its way to the stick; its bytes are made when they are needed.
enum Outgoing<'a> {
    Key(Item<'a>),
    Startup(Part<'a>),
    Readme,
}

impl Outgoing<'_> {
    fn name(&self) -> String {
        match self {
            Self::Key(item) => drivekey_export::windows_name(item),
            Self::Startup(part) => drivekey_export::external_key_name(&part.guid),
            Self::Readme => README_NAME.to_owned(),
        }
    }

    fn bytes(&self) -> Zeroizing<Vec<u8>> {
        match self {
            Self::Key(item) => drivekey_export::windows_text(item),
            Self::Startup(part) => Zeroizing::new(part.bytes.to_vec()),
            Self::Readme => drivekey_export::readme(),
        }
    }

    fn line(&self, outcome: Result<Put, WriteError>) -> Line {
        let (what, device) = match self {
            Self::Key(item) => (What::Key(item.handle), item.details.device_name.clone()),
            Self::Startup(part) => (What::Startup, part.device_name.and_then(|name| name.parse::<LineText>().ok())),
            Self::Readme => (What::Readme, None),
        };
        Line { name: self.name(), what, device, outcome }
    }
}

pub(super) fn run(world: &mut World<'_>, shared: &Shared, args: &ExportUsbArgs) -> Result<Exit, Failure> {
    let to = match &args.to {
        Some(to) => to.clone(),
        None => sticks::choose(world)?,
    };
    // A mistyped path shows before the passphrase is asked for.
    let mut folder = Folder::open(&to).map_err(|error| saving::failure(error, &to.join(README_NAME)))?;
    let mut vault = unlocked(world, shared)?;
    let entries = chosen::entries(world, &mut vault, &args.which)?;
    if !args.dry_run {
        let beside = entries.protectors_beside(&mut vault, args.which.all, KINDS)?;
        guard::check(world, &mut vault, &to, &Holding::Both(&entries.entries, &beside))?;
    }
    let chosen = entries.reveal(&mut vault, args.which.all, KINDS)?;
    let keys = chosen.items().into_iter().map(Outgoing::Key);
    let outgoing: Vec<Outgoing<'_>> =
        keys.chain(chosen.parts().into_iter().map(Outgoing::Startup)).chain([Outgoing::Readme]).collect();
    let (lines, seen) =
        if args.dry_run { (look(&folder, &outgoing), None) } else { write(world, &mut folder, &outgoing) };
    let there: Vec<Handle> = lines.iter().filter_map(Line::key_that_is_there).collect();
    usb_report::show(world, shared, &to, &lines, seen, args.dry_run)?;
    let mut noted = true;
    if !args.dry_run && !there.is_empty() {
        let compared = lines.iter().all(|line| line.outcome != Ok(Put::Written));
        let made = Made {
            kind: CopyKind::Stick,
            name: args.name.as_ref(),
            place: Whereto::Path(&to),
            records: &there,
            compared,
            slot: None,
        };
        noted = copy_note::note(world, &mut vault, &made)?;
    }
    leftovers::tell(world, folder.path())?;
    usb_report::judge(&lines, &to)?;
    let exit = chosen.exit(&vault)?;
    Ok(if exit == Exit::Done && !noted { Exit::Partly } else { exit })
}

/// What would become of each.
fn look(folder: &Folder, outgoing: &[Outgoing<'_>]) -> Vec<Line> {
    let judged = outgoing.iter().map(|one| {
        let outcome = folder.would_put(&one.name(), &one.bytes());
        one.line(forgive(folder, one, outcome))
    });
    judged.collect()
}

/// Writes all, makes them last, and reads all back: a stick that lies about its size shows it only then.
fn write(world: &World<'_>, folder: &mut Folder, outgoing: &[Outgoing<'_>]) -> (Vec<Line>, Option<Seen>) {
    interrupt::sweep_at_the_end();
    let progress =
        Progress::new(world.surroundings.err_is_terminal && outgoing.len() > PROGRESS_FILES, "files written");
    let mut lines: Vec<Line> = Vec::with_capacity(outgoing.len());
    let mut stopped = None;
    for (at, one) in outgoing.iter().enumerate() {
        let outcome = if let Some(error) = stopped {
            Err(error)
        } else {
            let outcome = folder.put(&one.name(), &one.bytes());
            forgive(folder, one, outcome)
        };
        stopped = outcome.err().filter(WriteError::stops_all);
        lines.push(one.line(outcome));
        progress.at(at + 1, outgoing.len());
    }
    progress.finish();
    let synced = folder.sync();
    let mut seen = None;
    for (one, line) in outgoing.iter().zip(&mut lines).filter(|(_, line)| line.outcome == Ok(Put::Written)) {
        match synced.and_then(|()| folder.check(&line.name, &one.bytes())) {
            Ok(how) => seen = seen.min(Some(how)).or(Some(how)),
            Err(error) => {
                folder.take_back(&line.name);
                line.outcome = Err(error);
            }
        }
    }
    (lines, seen)
}

/// A file of the same name with the same key in other words, such as Windows' own, is as good; so is an explanation.
fn forgive(folder: &Folder, one: &Outgoing<'_>, outcome: Result<Put, WriteError>) -> Result<Put, WriteError> {
    let same = outcome == Err(WriteError::Exists)
        && match one {
            Outgoing::Key(item) => folder.there(&one.name()).is_some_and(|path| holds_key(&path, item)),
            Outgoing::Startup(_) => false,
            Outgoing::Readme => true,
        };
    if same { Ok(Put::AlreadyThere) } else { outcome }
}

fn holds_key(path: &Path, item: &Item<'_>) -> bool {
    let Ok(password) = RecoveryPassword::parse(item.key.as_str()) else { return false };
    let Ok(bytes) = gather::read_file(path) else { return false };
    let reading = drivekey_import::read(path.to_str(), &bytes);
    reading.records.iter().any(|there| there.key_id == item.details.key_id && there.password.same_digits(&password))
}
