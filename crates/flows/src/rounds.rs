//! Which keys of a vault are worth trying on a drive, and in what order.

use crate::volumes::Placed;
use drivekey_record::{KeyId, LineText};
use drivekey_vault::Entry;

/// So many keys under another Key ID are tried, should none under the drive's own open it: one may have been mistyped.
const BEYOND_MAX: usize = 256;

/// How near a key is to a drive that does not list its Key ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    /// It opened it once.
    Proved,
    /// Its Key ID is not known.
    Nameless,
    /// It is of the same computer.
    Computer,
    /// Nothing speaks for it.
    None,
}

/// The keys to be tried.
pub(crate) struct Rounds {
    /// Those whose Key ID the drive lists, and those without one; all, where it lists none of them.
    pub(crate) first: Vec<Entry>,
    /// What is left, the nearest first: for when none of those opens it.
    pub(crate) then: Vec<Entry>,
    /// How many are in neither.
    pub(crate) left_out: usize,
}

impl Rounds {
    pub(crate) fn of(all: Vec<Entry>, volumes: &[Placed<'_>]) -> Self {
        let on_drive = on_drive(volumes);
        let named = |entry: &Entry| {
            entry.details.key_id != KeyId::Unknown && on_drive.iter().any(|id| id.may_equal(&entry.details.key_id))
        };
        if !all.iter().any(named) {
            return Self { first: all, then: Vec::new(), left_out: 0 };
        }
        let (mut first, others): (Vec<Entry>, Vec<Entry>) = all.into_iter().partition(|entry| named(entry));
        let (nameless, others): (Vec<Entry>, Vec<Entry>) =
            others.into_iter().partition(|entry| entry.details.key_id == KeyId::Unknown);
        first.extend(nameless);
        let mut then = by_nearness(others, volumes);
        let left_out = then.len().saturating_sub(BEYOND_MAX);
        then.truncate(BEYOND_MAX);
        Self { first, then, left_out }
    }
}

/// The Key IDs that the drive lists.
pub(crate) fn on_drive(volumes: &[Placed<'_>]) -> Vec<KeyId> {
    volumes.iter().flat_map(|placed| placed.volume.recovery_key_ids()).map(KeyId::Full).collect()
}

/// The nearest first.
pub(crate) fn by_nearness(mut entries: Vec<Entry>, volumes: &[Placed<'_>]) -> Vec<Entry> {
    let computers: Vec<String> = volumes.iter().filter_map(|placed| computer(placed)).collect();
    entries.sort_by_cached_key(|entry| nearness(entry, volumes, &computers));
    entries
}

fn computer(placed: &Placed<'_>) -> Option<String> {
    placed.volume.description.as_ref()?.computer.as_ref().map(LineText::normalised)
}

fn nearness(entry: &Entry, volumes: &[Placed<'_>], computers: &[String]) -> Nearness {
    let details = &entry.details;
    if details
        .proof
        .as_ref()
        .is_some_and(|proof| proof.level.is_proof() && volumes.iter().any(|placed| placed.is(proof.volume)))
    {
        Nearness::Proved
    } else if details.key_id == KeyId::Unknown {
        Nearness::Nameless
    } else if details.device_name.as_ref().is_some_and(|name| computers.contains(&name.normalised())) {
        Nearness::Computer
    } else {
        Nearness::None
    }
}
