//! One act on one model, with every call failing in turn and the power going at every moment: afterwards the vault
//! opens as before or as after, whole, and takes the next write.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use drivekey_vault::seal::sha256;
use drivekey_vault::{Machine, Unlocked, Vault, VaultError};

use crate::acts::{Act, model};
use crate::disk::{Disk, Image, Names, Survivors, lot};
use crate::sight::{Sight, reopen, sight, write_on};
use crate::vfs::{self, Failing, Log, Plan};
use drivekey_testkit::house::{Class, House, PASSPHRASE, class, everything, unlock};

/// Every kind of failure, for good or once.
pub(crate) const KINDS: [(Failing, bool); 10] = [
    (Failing::Error, true),
    (Failing::Full, true),
    (Failing::Short(500), true),
    (Failing::Late, false),
    (Failing::Error, false),
    (Failing::Full, false),
    (Failing::Late, true),
    (Failing::Short(1), true),
    (Failing::Short(999), false),
    (Failing::Short(137), true),
];

const SURVIVORS: [(Survivors, Names); 14] = [
    (Survivors::None, Names::None),
    (Survivors::All, Names::All),
    (Survivors::None, Names::All),
    (Survivors::All, Names::None),
    (Survivors::Last, Names::All),
    (Survivors::AllButFirst, Names::All),
    (Survivors::AllButLast, Names::All),
    (Survivors::First, Names::All),
    (Survivors::Torn(1), Names::All),
    (Survivors::Torn(255), Names::All),
    (Survivors::Torn(509), Names::All),
    (Survivors::Ending("-journal", true), Names::All),
    (Survivors::Ending("-journal", false), Names::All),
    (Survivors::Lengths, Names::All),
];

/// How much is tried.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Lots drawn at every moment.
    pub(crate) lots: u32,
    /// Kinds of failure beyond the first ones are tried at each so many-th call.
    pub(crate) stride: u32,
    /// Power cuts drawn by lot in each run with a failure.
    pub(crate) cuts_a_failure: u32,
    /// The next write is tried on each so many-th disk.
    pub(crate) writes_every: u32,
}

#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Figures {
    /// Moments, each with a way to fail or a choice of what reached the disk.
    pub(crate) points: u64,
    /// Different disks among them.
    pub(crate) disks: u64,
}

pub(crate) struct Bench {
    act: &'static Act,
    before: Sight,
    after: Sight,
    /// Where disks are put together again.
    scratch: House,
    /// What the run that went well left.
    final_bytes: Vec<u8>,
    looked_at: HashSet<[u8; 32]>,
    effort: Effort,
    pub(crate) figures: Figures,
}

impl Bench {
    pub(crate) fn new(act: &'static Act, effort: Effort) -> Self {
        let scratch = House::empty();
        scratch.put(model(act.on_damage));
        let before = sight(&scratch.path(), &Machine::new(None));
        assert_eq!(before.faults.is_empty(), !act.on_damage, "{before:?}");
        (act.run)(&mut opened(&scratch.path())).unwrap();
        let after = sight(&scratch.path(), &Machine::new(None));
        assert!(after.faults.is_empty(), "{after:?}");
        Self {
            act,
            before,
            after,
            scratch,
            final_bytes: Vec::new(),
            looked_at: HashSet::new(),
            effort,
            figures: Figures::default(),
        }
    }

    /// The power goes after each thing that was done in a run that went well.
    pub(crate) fn cut_everywhere(&mut self) {
        let (log, outcome) = self.run(None);
        outcome.unwrap();
        self.final_bytes = self.scratch.bytes();
        assert!(log.calls > 10 && log.ops.len() > 10, "{}: the layer is not in place", self.act.what);
        let lots = (0..self.effort.lots).map(|seed| (Survivors::Lot(seed), Names::Lot(seed)));
        let ways: Vec<_> = SURVIVORS.into_iter().chain(lots).collect();
        let mut disk = Disk::new(&log.files, false);
        for at in 0..=log.ops.len() {
            let done = at == log.ops.len();
            for &(survivors, names) in &ways {
                self.look(&disk.after_a_cut(survivors, names), done, &(at, survivors, names));
            }
            if !done {
                disk.step(&log.ops[at]);
            }
        }
        assert!(disk.is_synced(), "{}: said done before it was safe", self.act.what);
    }

    /// Each call fails, in each way; then the power may go as well.
    pub(crate) fn fail_everywhere(&mut self) {
        for (number, (failing, for_good)) in (0_u32..).zip(KINDS) {
            let mut failed = 0;
            let stride = if number < 3 { 1 } else { self.effort.stride };
            for good in (0..).skip(number as usize % stride as usize).step_by(stride as usize) {
                let plan = Plan { good, failing, for_good };
                let (log, outcome) = self.run(Some(plan));
                let Some(failed_at) = log.failed_at else { break };
                if let Err(error) = &outcome {
                    failed += 1;
                    assert!(
                        matches!(class(error), Class::Failed | Class::Unwritable),
                        "{} {plan:?}: {error:?}",
                        self.act.what
                    );
                }
                // Nothing is lost but what was never done: the process alone has ended.
                let mut disk = Disk::new(&log.files, good % 2 == 0);
                let cuts: Vec<usize> = (0..self.effort.cuts_a_failure)
                    .map(|cut| failed_at + lot(good, cut as usize) as usize % (log.ops.len() - failed_at + 1))
                    .collect();
                for at in 0..=log.ops.len() {
                    for cut in (0..).zip(&cuts).filter(|(_, cut)| **cut == at).map(|(cut, _)| cut) {
                        let (survivors, names) = (Survivors::Lot(good * 8 + cut), Names::Lot(good * 8 + cut));
                        let must = outcome.is_ok() && at == log.ops.len();
                        self.look(&disk.after_a_cut(survivors, names), must, &(plan, at, survivors, names, &outcome));
                    }
                    if at < log.ops.len() {
                        disk.step(&log.ops[at]);
                    }
                }
                assert!(
                    good % 2 == 1 || disk.after_a_cut(Survivors::All, Names::All) == log.left,
                    "{plan:?}: the log is not what was done"
                );
                self.look(&log.left, outcome.is_ok(), &(plan, &outcome));
            }
            assert!(failed > 0, "{}, {failing:?}: never failed", self.act.what);
        }
    }

    /// The act on a fresh copy of the model; the process ends while the disk still fails.
    fn run(&self, plan: Option<Plan>) -> (Log, Result<(), VaultError>) {
        self.scratch.put(model(self.act.on_damage));
        remove_journals(self.scratch.folder());
        vfs::watch(self.scratch.folder());
        let mut vault = opened(&self.scratch.path());
        vfs::plan(plan);
        let outcome = (self.act.run)(&mut vault);
        drop(vault);
        (vfs::unwatch(), outcome)
    }

    /// What a fresh opening of this disk sees.
    fn look(&mut self, image: &Image, must_be_after: bool, how: &dyn Debug) {
        self.figures.points += 1;
        let all: Vec<u8> = image
            .iter()
            .flat_map(|(path, bytes)| [path.as_os_str().as_encoded_bytes(), &[0], bytes].concat())
            .collect();
        let mut key = sha256(&all);
        key[0] = u8::from(must_be_after);
        if !self.looked_at.insert(key) {
            return;
        }
        self.figures.disks += 1;
        remove_journals(self.scratch.folder());
        lay(image, &self.scratch);
        let what = format!("{} ({}), {how:?}", self.act.method, self.act.what);
        // The next write may be left out for most: it is the dearest part.
        let writes = self.figures.disks.is_multiple_of(u64::from(self.effort.writes_every));
        let seen = catch_unwind(AssertUnwindSafe(|| {
            let seen = self.glance().unwrap_or_else(|| Cow::Owned(sight(&self.scratch.path(), &Machine::new(None))));
            if writes {
                write_on(&self.scratch.path(), &Machine::new(None), &seen);
            }
            seen.into_owned()
        }));
        let seen = seen.unwrap_or_else(|panic| {
            let said = panic.downcast_ref::<String>().cloned().unwrap_or_default();
            panic!("{what}: {said}")
        });
        assert!(seen == self.before || seen == self.after, "{what}: between: {seen:?}");
        assert!(!must_be_after || seen == self.after, "{what}: said done, and was not");
    }

    /// Opens the vault and lists it; where the file then is, to the byte, one that was looked at before, nothing else
    /// can be seen in it.
    fn glance(&self) -> Option<Cow<'_, Sight>> {
        let (passphrase, mut vault) = reopen(&self.scratch.path(), &Machine::new(None))
            .unwrap_or_else(|error| panic!("does not open: {error:?}"));
        let listing = vault.list(&everything()).unwrap();
        drop(vault);
        let bytes = self.scratch.bytes();
        let known = [(model(self.act.on_damage), &self.before), (&self.final_bytes, &self.after)];
        let (_, known) = known.into_iter().find(|(known, _)| *known == bytes)?;
        known.must_list(passphrase, &listing);
        Some(Cow::Borrowed(known))
    }
}

fn opened(path: &Path) -> Vault<Unlocked> {
    unlock(path, Machine::new(None), PASSPHRASE).unwrap()
}

/// Puts these files into a house.
pub(crate) fn lay(files: &Image, house: &House) {
    for (name, bytes) in files {
        std::fs::write(house.folder().join(name), bytes).unwrap();
    }
}

/// All that lies beside the vault.
pub(crate) fn remove_journals(folder: &Path) {
    let others =
        std::fs::read_dir(folder).unwrap().map(|item| item.unwrap().path()).filter(|path: &PathBuf| path.is_file());
    others.filter(|path| !path.ends_with("vault.drivekey")).for_each(|path| std::fs::remove_file(path).unwrap());
}
