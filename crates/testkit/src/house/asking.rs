//! Asks a vault every question that a user can ask, and tells for each whether the answer was the known one, a refusal,
//! or a lie.

use drivekey_record::RecoveryPassword;
use std::path::Path;

use super::{LIMITS, NOBODYS, secret, words};
use drivekey_vault::reveal::{RevealError, reveal};
use drivekey_vault::store::StoreError;
use drivekey_vault::{Entry, Fault, Filter, Found, Locked, Machine, TrashFilter, Unlocked, Vault, VaultError};

/// What a vault answered while it was sound.
#[derive(Clone)]
pub struct Known {
    pub entries: Vec<Entry>,
    pub digits: Vec<String>,
    finds: Vec<(String, Found)>,
}

impl Known {
    pub fn of(vault: &mut Vault<Unlocked>) -> Self {
        assert_eq!((vault.faults(), vault.doubt()), ([].as_slice(), None));
        let listing = vault.list(&everything()).unwrap();
        assert!(listing.faults.is_empty(), "{:?}", listing.faults);
        let entries = listing.entries;
        let digits = entries.iter().map(|entry| reveal(vault, entry).unwrap().key.as_str().to_owned()).collect();
        let mut queries = Vec::new();
        for entry in &entries {
            queries.push(entry.handle.to_string());
            queries.extend(entry.details.key_id.known_hex());
            queries.extend(entry.details.key_id.known_hex().and_then(|hex| hex.get(..8).map(str::to_owned)));
            queries.extend(entry.details.device_name.as_ref().map(|name| name.as_str().to_owned()));
            queries.extend(entry.details.note.as_ref().map(|note| note.as_str().to_owned()));
        }
        queries.sort();
        queries.dedup();
        let finds = queries
            .into_iter()
            .map(|query| {
                let found = vault.find(&words(&query)).unwrap();
                (query, found)
            })
            .collect();
        assert!(vault.find(&words(NOBODYS)).unwrap().entries.is_empty());
        let verification = vault.verify(|_, _| {}).unwrap();
        assert_eq!((verification.whole as usize, verification.faults.as_slice()), (entries.len(), [].as_slice()));
        Self { entries, digits, finds }
    }
}

/// All digits of a vault in which nothing is wrong.
pub fn whole_digits(vault: &mut Vault<Unlocked>) -> Vec<String> {
    assert_eq!((vault.faults(), vault.doubt()), ([].as_slice(), None));
    let listing = vault.list(&everything()).unwrap();
    let verification = vault.verify(|_, _| {}).unwrap();
    assert_eq!(
        (listing.faults, verification.faults, verification.whole as usize),
        (Vec::new(), Vec::new(), listing.entries.len())
    );
    listing.entries.iter().map(|entry| reveal(vault, entry).unwrap().key.as_str().to_owned()).collect()
}

impl Known {
    /// With only the questions that differ in kind: for readings that are repeated thousands of times.
    pub fn brief(mut self) -> Self {
        self.finds.retain(|(query, _)| {
            query.len() == 8 || query.starts_with("Station") || query == "r2" || query == "Bemerkung-2"
        });
        self
    }
}

pub fn everything() -> Filter {
    Filter { trash: TrashFilter::With, ..Filter::default() }
}

/// What one call gave.
#[derive(Debug)]
pub struct Step {
    pub call: &'static str,
    pub outcome: Outcome,
}

#[derive(Debug)]
pub enum Outcome {
    /// The known answer.
    Same,
    /// A refusal or a report, with its class.
    Caught(Class, String),
    /// Right, but not all of it: the one gap, told in THREATS. A hit under a token that records share does not look
    /// for others that are gone; list, a miss and verify do.
    Fewer(String),
    /// Another answer, and no word of it.
    Lie(String),
}

/// What a user is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Damage,
    Tamper,
    Copy,
    Foreign,
    Newer,
    WrongPassphrase,
    Gone,
    Unwritable,
    Busy,
    Failed,
}

pub fn class(error: &VaultError) -> Class {
    match error {
        VaultError::Store(error) => match error {
            StoreError::Damaged(_) => Class::Damage,
            StoreError::NotAVault => Class::Foreign,
            StoreError::Newer { .. } => Class::Newer,
            StoreError::ReadOnly
            | StoreError::UnfinishedOnReadOnly
            | StoreError::UnfinishedDamaged
            | StoreError::DiskFull
            | StoreError::TwoNames => Class::Unwritable,
            StoreError::Busy => Class::Busy,
            StoreError::Beside(_) => Class::Copy,
            _ => Class::Failed,
        },
        VaultError::SlotDamaged => Class::Damage,
        VaultError::SlotTampered => Class::Tamper,
        VaultError::Faults(faults) if !faults.is_empty() => Class::Damage,
        VaultError::ChangedMeanwhile => Class::Busy,
        VaultError::Copy(_) => Class::Copy,
        VaultError::WrongPassphrase => Class::WrongPassphrase,
        VaultError::NoSuchRecord(_) => Class::Gone,
        _ => Class::Failed,
    }
}

impl Step {
    fn new(call: &'static str, outcome: Outcome) -> Self {
        Self { call, outcome }
    }

    fn refused(call: &'static str, error: &VaultError) -> Self {
        Self::new(call, Outcome::Caught(class(error), format!("{error:?}")))
    }

    fn faults(call: &'static str, faults: &[Fault]) -> Self {
        Self::new(call, Outcome::Caught(Class::Damage, format!("{faults:?}")))
    }

    /// An answer beside reported faults: fewer records than there were, and none that is not right.
    fn beside_faults(call: &'static str, asked: &str, answer: &Found, right: &[Entry]) -> Self {
        let is_right = !answer.entries.is_empty() && answer.entries.iter().all(|entry| right.contains(entry));
        let faults = Self::faults(call, &answer.faults);
        if is_right { faults } else { Self::new(call, Outcome::Lie(format!("{asked}: {answer:?} for {right:?}"))) }
    }

    fn told<T: PartialEq + std::fmt::Debug>(call: &'static str, asked: &str, known: &T, answer: &T) -> Self {
        Self::new(
            call,
            if answer == known { Outcome::Same } else { Outcome::Lie(format!("{asked}: {answer:?} for {known:?}")) },
        )
    }
}

/// Asks everything that was known. What is not the known answer must be a refusal or stand beside reported faults.
pub fn ask_everything(path: &Path, machine: Machine, passphrase: &str, known: &Known) -> Vec<Step> {
    let before = std::fs::read(path).unwrap();
    let steps = ask(path, machine, passphrase, known);
    assert!(std::fs::read(path).unwrap() == before, "reading changed the file");
    steps
}

/// As [`ask_everything`], where opening may roll back what a broken-off write has left.
pub fn ask(path: &Path, machine: Machine, passphrase: &str, known: &Known) -> Vec<Step> {
    ask_opened(Vault::open(path, LIMITS, machine), passphrase, known)
}

/// As [`ask`], of a vault wherever it is kept.
pub fn ask_opened(opened: Result<Vault<Locked>, VaultError>, passphrase: &str, known: &Known) -> Vec<Step> {
    let locked = match opened {
        Ok(locked) => locked,
        Err(error) => return vec![Step::refused("open", &error)],
    };
    let mut vault = match locked.unlock(&secret(passphrase), None) {
        Ok(vault) => vault,
        Err(failure) => return vec![Step::refused("unlock", &failure.error)],
    };
    let mut steps = vec![Step::new("open", Outcome::Same)];
    if !vault.faults().is_empty() {
        steps.push(Step::faults("unlock", vault.faults()));
    }
    if let Some(doubt) = vault.doubt() {
        steps.push(Step::refused("unlock", &VaultError::Copy(doubt)));
    }
    steps.push(match vault.list(&everything()) {
        Err(error) => Step::refused("list", &error),
        Ok(listing) if !listing.faults.is_empty() => Step::faults("list", &listing.faults),
        Ok(listing) => Step::told("list", "all", &known.entries, &listing.entries),
    });
    for (query, found) in &known.finds {
        steps.push(match vault.find(&words(query)) {
            Err(error) => Step::refused("find", &error),
            Ok(answer) if !answer.faults.is_empty() => Step::beside_faults("find", query, &answer, &found.entries),
            Ok(answer) if fewer(&answer, found) => Step::new("find", Outcome::Fewer(query.clone())),
            Ok(answer) => Step::told("find", query, found, &answer),
        });
    }
    steps.push(match vault.find(&words(NOBODYS)) {
        Err(error) => Step::refused("miss", &error),
        Ok(answer) => Step::told("miss", NOBODYS, &0, &answer.entries.len()),
    });
    for (entry, digits) in known.entries.iter().zip(&known.digits) {
        steps.push(match reveal(&mut vault, entry) {
            Ok(revealed) => Step::told(
                "reveal",
                &entry.handle.to_string(),
                &(digits.as_str(), entry),
                &(revealed.key.as_str(), &revealed.entry),
            ),
            Err(RevealError::Vault(error)) => Step::refused("reveal", &error),
            Err(other) => Step::new("reveal", Outcome::Lie(format!("{other:?}"))),
        });
        let password = RecoveryPassword::parse(digits).unwrap();
        steps.push(match vault.whose(&password) {
            Ok(found) if !found.faults.is_empty() => {
                Step::beside_faults("whose", "digits", &found, std::slice::from_ref(entry))
            }
            Ok(found) => Step::told("whose", &entry.handle.to_string(), &true, &found.entries.contains(entry)),
            Err(error) => Step::refused("whose", &error),
        });
    }
    steps.push(match vault.verify(|_, _| {}) {
        Err(error) => Step::refused("verify", &error),
        Ok(verification) if !verification.faults.is_empty() => Step::faults("verify", &verification.faults),
        Ok(verification) => Step::told("verify", "whole", &known.entries.len(), &(verification.whole as usize)),
    });
    steps
}

fn fewer(answer: &Found, known: &Found) -> bool {
    !answer.entries.is_empty()
        && answer.read_as == known.read_as
        && answer.entries.len() < known.entries.len()
        && answer.entries.iter().all(|entry| known.entries.contains(entry))
}

/// What came of a reading.
#[derive(Debug, Default)]
pub struct Report {
    /// Which calls said something, in order, each once.
    pub calls: String,
    /// Which searches gave fewer records than there were, without a word.
    pub fewer: Vec<String>,
    /// What was said that was neither known nor a report of damage, and what blamed anyone else.
    pub lies: Vec<String>,
}

pub fn report(steps: &[Step]) -> Report {
    let mut report = Report::default();
    let mut calls: Vec<&str> = Vec::new();
    for step in steps {
        match &step.outcome {
            Outcome::Same => {}
            Outcome::Caught(Class::Damage | Class::Tamper | Class::Copy | Class::Foreign | Class::Newer, _) => {
                if !calls.contains(&step.call) {
                    calls.push(step.call);
                }
            }
            Outcome::Caught(class, what) => report.lies.push(format!("{} said {class:?}: {what}", step.call)),
            Outcome::Fewer(query) => report.fewer.push(query.clone()),
            Outcome::Lie(what) => report.lies.push(format!("{} {what}", step.call)),
        }
    }
    report.calls = calls.join(" ");
    report
}
