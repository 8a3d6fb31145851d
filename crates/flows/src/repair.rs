//! Repair: what a torn, faded or misread key may have been is tried on its drive, the likeliest first, and what opens
//! it is kept. How long it takes is told before.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::thread::available_parallelism;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::drive_says::{ByPerson, believed_details};
use crate::keep::{Kept, keep};
use crate::trial::{NotOpened, Trial};
use crate::volumes::{DriveName, Placed};
use crate::{Progress, Watch, Work};
use drivekey_fve::ProtectorKind;
use drivekey_fve::repair::{self, Candidates, Rate, SearchEnd};
use drivekey_record::{Details, KeyId, LineText, RecoveryPassword, SourceKind};
use drivekey_vault::{Edit, Entry, Incoming, Taking, Unlocked, Vault, VaultError};

/// What is begun without a question.
const UNASKED: Duration = Duration::from_mins(10);
/// So many can be kept and tried by hand.
pub const FEW: u128 = 20;
/// What those are tagged with.
const POSSIBLE: &str = "possible";

/// A drive on which a key is to be found.
#[derive(Debug)]
pub struct Repair<'a> {
    volumes: Vec<Placed<'a>>,
    key_id: &'a KeyId,
    /// The right key may be among those that are tried though none is seen to open anything: of these volumes not all
    /// keys could be read or judged.
    pub is_unsure: bool,
}

/// The search for the right key among what it may have been.
#[derive(Debug)]
pub struct Search<'a> {
    candidates: &'a Candidates,
    volumes: &'a [Placed<'a>],
    key_id: &'a KeyId,
    rate: Rate,
    threads: NonZeroUsize,
}

/// How long a search takes, and why.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// What the key may have been.
    pub candidates: u128,
    /// Time of one of them on one core, in seconds.
    pub seconds_each: f64,
    /// Cores that work on it.
    pub cores: NonZeroUsize,
    /// Until all are tried.
    pub time: Duration,
}

/// A candidate that opens.
#[derive(Debug)]
pub struct Hit<'a> {
    /// The key.
    pub password: RecoveryPassword,
    /// What it opens.
    pub placed: &'a Placed<'a>,
    /// How many stand before it in the order of likelihood.
    pub before: u128,
}

/// How a search ended.
#[derive(Debug)]
pub enum Searched<'a> {
    /// With the key.
    Found(Hit<'a>),
    /// None of them opens the drive.
    NotFound,
    /// It was stopped.
    Stopped,
}

/// The mended key in the vault.
#[derive(Debug)]
pub struct Mended<'a> {
    /// Its record.
    pub entry: Entry,
    /// How far it went on the drive.
    pub trial: Trial<'a>,
    /// What was kept along with it; an error where that could not be written.
    pub kept: Result<Kept, VaultError>,
    /// How many that are likelier were tried before.
    pub before: u128,
}

/// Why a key that was found was not kept.
#[derive(Debug, thiserror::Error)]
pub enum MendError {
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Tried by itself, it did not open the drive.
    #[error("the key does not open the drive")]
    NotOpened {
        /// The drive.
        drive: Box<DriveName>,
        /// Why not.
        why: Box<NotOpened>,
    },
}

impl<'a> Repair<'a> {
    /// The volumes on which a recovery key can be tried at all; those that list the Key ID alone, where one is known.
    #[must_use]
    pub fn on(volumes: Vec<Placed<'a>>, key_id: &'a KeyId) -> Self {
        let is_unsure = is_unsure(&volumes, key_id);
        Self { volumes: to_try(volumes, key_id), key_id, is_unsure }
    }

    /// Whether there is no recovery key that could be tried.
    #[must_use]
    pub const fn has_nothing_to_try(&self) -> bool {
        self.volumes.is_empty()
    }

    /// A search among these. Measures how fast this machine is.
    #[must_use]
    pub fn search(&'a self, candidates: &'a Candidates) -> Search<'a> {
        let threads = available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Search { candidates, volumes: &self.volumes, key_id: self.key_id, rate: Rate::measure(threads), threads }
    }

    /// Keeps what was found, with all that the drive says of it.
    ///
    /// # Errors
    /// [`MendError`]; then nothing is kept.
    pub fn keep(
        &self,
        vault: &mut Vault<Unlocked>,
        hit: Hit<'a>,
        by: ByPerson<'_>,
        now: DateTime<Utc>,
    ) -> Result<Option<Mended<'a>>, MendError> {
        let Hit { password, placed, before } = hit;
        let Some(trial) = Trial::of(std::slice::from_ref(placed), &password, self.key_id) else { return Ok(None) };
        let Some(opened) = &trial.opened else {
            let Some(why) = trial.not_opened() else { return Ok(None) };
            return Err(MendError::NotOpened { drive: Box::new(trial.drive_name()), why: Box::new(why) });
        };
        let details = believed_details(opened.volume(), opened.integrity, opened.protector, by);
        let incoming = Incoming { secret: password.into(), details, kind: SourceKind::Typed, file_name: None };
        let taken = vault.take_in(vec![incoming], now, Taking::Keep, |_| {})?;
        let Some(taken) = taken.first() else { return Ok(None) };
        let entry = vault.entry(taken.handle())?;
        let kept = keep(vault, &entry, &trial, now);
        let mut entry = vault.entry(entry.handle)?;
        let tags = entry.details.tags.iter();
        let possible: Vec<LineText> = tags.filter(|tag| tag.as_str() == POSSIBLE).cloned().collect();
        if !possible.is_empty() {
            entry = vault.edit(entry.handle, Edit { remove_tags: possible, ..Edit::default() })?;
        }
        Ok(Some(Mended { entry, trial, kept, before }))
    }
}

impl<'a> Search<'a> {
    fn on(&self, placed: &'a Placed<'a>) -> repair::Search<'a> {
        let Self { candidates, key_id, threads, .. } = *self;
        repair::Search { candidates, volume: placed.volume, key_id, from: 0, limit: u128::MAX, threads }
    }

    /// On how many keys of the drive each candidate is tried.
    fn tries(&self) -> u128 {
        self.volumes.iter().map(|placed| self.on(placed).protectors() as u128).sum()
    }

    /// How long it takes.
    #[must_use]
    pub fn estimate(&self) -> Estimate {
        let (candidates, tries) = (self.candidates.count(), self.tries());
        Estimate {
            candidates,
            seconds_each: to_f64(self.threads.get() as u128) * to_f64(tries) / self.rate.per_second,
            cores: self.threads,
            time: self.rate.time_for(candidates.saturating_mul(tries)),
        }
    }

    /// Whether somebody has to agree to it first.
    #[must_use]
    pub fn is_too_long(&self) -> bool {
        self.estimate().time > UNASKED
    }

    /// Tries all of them. Of several volumes, each is counted by itself.
    #[must_use]
    pub fn run(&self, watch: &dyn Watch) -> Searched<'a> {
        for placed in self.volumes {
            let searched = repair::search(&self.on(placed), &|at| {
                watch.progress(Progress { work: Work::CandidatesTried, done: at.done, all: Some(at.total), bytes: 0 });
                if watch.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            match searched.end {
                SearchEnd::Found { password, number, .. } => {
                    return Searched::Found(Hit { password, placed, before: number });
                }
                SearchEnd::Stopped => return Searched::Stopped,
                SearchEnd::NotFound | SearchEnd::NothingToOpen => {}
            }
        }
        Searched::NotFound
    }
}

/// Keeps all that a key may have been, to be tried by hand: for few of them, without their drive.
///
/// # Errors
/// [`VaultError`] with what any write can meet; then nothing is kept.
pub fn keep_possible(
    vault: &mut Vault<Unlocked>,
    candidates: &Candidates,
    key_id: &KeyId,
    device: Option<&LineText>,
    now: DateTime<Utc>,
) -> Result<Vec<Entry>, VaultError> {
    let details = || Details {
        key_id: key_id.clone(),
        device_name: device.cloned(),
        tags: POSSIBLE.parse().into_iter().collect(),
        ..Details::default()
    };
    let incoming: Vec<Incoming> = (0..candidates.count().min(FEW))
        .filter_map(|number| candidates.nth(number))
        .map(|password| Incoming {
            secret: password.into(),
            details: details(),
            kind: SourceKind::Typed,
            file_name: None,
        })
        .collect();
    let taken = vault.take_in(incoming, now, Taking::Keep, |_| {})?;
    taken.iter().map(|taken| vault.entry(taken.handle())).collect()
}

fn to_try<'a>(volumes: Vec<Placed<'a>>, key_id: &KeyId) -> Vec<Placed<'a>> {
    let judged = |placed: &Placed<'_>| {
        placed.volume.of_kind(ProtectorKind::RecoveryPassword).any(|protector| protector.doubt.is_none())
    };
    let all = volumes.into_iter().flat_map(|placed| {
        // Of copies that say different things, any may be the damaged one.
        let others = placed.volume.others().iter().map(|volume| Placed::alone(placed.place.clone(), volume));
        let others: Vec<Placed<'a>> = others.collect();
        [placed].into_iter().chain(others)
    });
    let mut volumes: Vec<Placed<'a>> = all.filter(judged).collect();
    let lists = |placed: &Placed<'_>| {
        let mut ids =
            placed.volume.of_kind(ProtectorKind::RecoveryPassword).map(|protector| KeyId::Full(protector.guid));
        *key_id != KeyId::Unknown && ids.any(|id| id.may_equal(key_id))
    };
    if volumes.iter().any(lists) {
        volumes.retain(lists);
    }
    volumes
}

fn is_unsure(volumes: &[Placed<'_>], key_id: &KeyId) -> bool {
    volumes.iter().any(|placed| {
        let is_meant = |guid| *key_id == KeyId::Unknown || key_id.may_equal(&KeyId::Full(guid));
        let mut recovery = placed.volume.all_copies().flat_map(|copy| copy.of_kind(ProtectorKind::RecoveryPassword));
        let doubted = recovery.any(|protector| protector.doubt.is_some() && is_meant(protector.guid));
        doubted || placed.volume.is_list_doubtful() || placed.unread.is_some()
    })
}

#[expect(clippy::cast_precision_loss, reason = "an estimate, shown with three digits")]
const fn to_f64(number: u128) -> f64 {
    number as f64
}
