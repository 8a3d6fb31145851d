//! Unlocking: which slots are tried and how much work that may be, and the first checks inside. An interrupted write is
//! judged here, on a copy, before it is undone in the file.

use secrecy::SecretString;

use super::open::{Standing, is_copy, refuse_journal};
use super::slot_rows::{MAX_SLOTS, cost_of, is_plain, kind_of, kit_slot, passphrase_slot, slot_faults};
use super::state::State;
use super::{CopyDoubt, Fault, FaultKind, Locked, Machine, Unlocked, Vault, VaultError};
use crate::seal::{KdfLimits, KitIdentity, Root, SlotKind, SlotOpening};
use crate::store::{SlotRow, SlotRows, Store, StoreError};
use drivekey_record::{Revision, SlotId, VaultId, WriteId};

/// The work that may be done in all, in derivations at the ceiling. A vault that needs more was not made by this
/// program.
const MAX_CEILING_DERIVATIONS: u64 = 2;

/// A vault that could not be unlocked, for another attempt.
pub struct UnlockFailure {
    /// The vault, still locked.
    pub vault: Box<Vault<Locked>>,
    /// Why it could not be unlocked.
    pub error: VaultError,
}

/// What is tried on the slots.
#[derive(Clone, Copy)]
enum Credential<'a> {
    Passphrase(&'a SecretString),
    Kit(&'a KitIdentity),
}

impl Vault<Locked> {
    /// Tries a passphrase on every slot, the last used first, or only on the slot `only`.
    ///
    /// # Errors
    /// [`UnlockFailure`] returns the vault, so that another passphrase can be tried.
    pub fn unlock(self, passphrase: &SecretString, only: Option<SlotId>) -> Result<Vault<Unlocked>, UnlockFailure> {
        self.unlock_by(Credential::Passphrase(passphrase), only)
    }

    /// Tries a kit on every kit slot.
    ///
    /// # Errors
    /// As [`Vault::unlock`]; [`VaultError::WrongKit`] if its slot was removed, or it belongs to another vault.
    pub fn unlock_with_kit(self, kit: &KitIdentity) -> Result<Vault<Unlocked>, UnlockFailure> {
        self.unlock_by(Credential::Kit(kit), None).map_err(|failure| match failure.error {
            VaultError::WrongPassphrase => UnlockFailure { error: VaultError::WrongKit, ..failure },
            _ => failure,
        })
    }

    fn unlock_by(mut self, credential: Credential<'_>, only: Option<SlotId>) -> Result<Vault<Unlocked>, UnlockFailure> {
        match self.opened_by(credential, only) {
            Ok(access) => {
                let Self { store, machine, limits, has_undone, unsettled, .. } = self;
                Ok(Vault { store, machine, limits, has_undone, unsettled, access })
            }
            Err(error) => Err(UnlockFailure { vault: Box::new(self), error }),
        }
    }

    fn opened_by(&mut self, credential: Credential<'_>, only: Option<SlotId>) -> Result<Unlocked, VaultError> {
        match self.try_slots(&self.access.slots, credential, only) {
            Ok((root, slot)) => {
                let root = self.settle(root, slot)?;
                self.look(root, slot, Remembering::WhatIsSound)
            }
            // The journal may have changed the slots, so those of the file as it stands are tried too.
            Err(error) => match &self.access.interrupted {
                Some(Standing { standing: Ok((_, others)), .. }) if *others != self.access.slots => {
                    let (root, slot) = self.try_slots(others, credential, only).map_err(|_| error)?;
                    self.refuse_journal()?;
                    self.look(root, slot, Remembering::WhatIsSound)
                }
                _ => Err(error),
            },
        }
    }

    /// Accepts a foreign or older copy as the right one, and replaces what this machine remembers.
    ///
    /// # Errors
    /// As [`Vault::unlock`]; [`VaultError::Faults`] if the copy itself is not sound, [`VaultError::Store`] if a file
    /// beside the vault is refused.
    pub fn accept_copy(mut self, passphrase: &SecretString) -> Result<(), VaultError> {
        let (root, slot) = self.try_slots(&self.access.slots, Credential::Passphrase(passphrase), None)?;
        let root = self.settle(root, slot)?;
        if !self.refused().is_empty() {
            return Err(StoreError::Beside(self.refused().to_vec()).into());
        }
        let access = self.look(root, slot, Remembering::WhateverItIs)?;
        if access.faults.is_empty() {
            access.memory.map_err(|kind| VaultError::Store(std::io::Error::from(kind).into()))
        } else {
            Err(VaultError::Faults(access.faults))
        }
    }

    fn try_slots(
        &self,
        slots: &SlotRows,
        credential: Credential<'_>,
        only: Option<SlotId>,
    ) -> Result<(Box<Root>, SlotId), VaultError> {
        let vault = self.access.vault;
        let plan = plan(vault, slots, credential, only, self.machine.last_slot(vault), self.limits);
        if plan.rows.is_empty() && plan.left_out == 0 {
            return Err(match (only, slots.rows.is_empty()) {
                (Some(_), _) => VaultError::NoSuchSlot,
                (None, true) => VaultError::SlotDamaged,
                (None, false) => VaultError::WrongPassphrase,
            });
        }
        let mut worst = VaultError::WrongPassphrase;
        for row in plan.rows {
            match credential.open(vault, row, self.limits) {
                Ok(SlotOpening::Opened(root)) => return Ok((root, row.slot)),
                Ok(SlotOpening::WrongPassphrase) => {}
                Ok(SlotOpening::Tampered) => worst = VaultError::SlotTampered,
                Ok(SlotOpening::Damaged) => {
                    if !matches!(worst, VaultError::SlotTampered) {
                        worst = VaultError::SlotDamaged;
                    }
                }
                Err(error) => {
                    if matches!(worst, VaultError::WrongPassphrase) {
                        worst = error;
                    }
                }
            }
        }
        // A malformed row may have been the slot for this passphrase.
        if matches!(worst, VaultError::WrongPassphrase) && !slots.malformed.is_empty() && only.is_none() {
            worst = VaultError::SlotDamaged;
        }
        if plan.left_out > 0 { Err(VaultError::SlotsNotTried { left_out: plan.left_out }) } else { Err(worst) }
    }

    /// Settles an interrupted write: undoes it in the file itself if the result on the copy is this vault, and refuses
    /// the journal otherwise.
    fn settle(&mut self, root: Box<Root>, slot: SlotId) -> Result<Box<Root>, VaultError> {
        let Some(Standing { standing, .. }) = &mut self.access.interrupted else { return Ok(root) };
        let vault = self.access.vault;
        let mut undone = look_inside(&mut *self.store, &self.machine, vault, root, slot, Remembering::Nothing)?;
        // A copy with inconsistent structure is not sound, but that is no reason to fail.
        let found = unless_damaged(undone.judge(&mut *self.store, &self.machine))?.unwrap_or_default();
        let as_it_stands = match standing {
            // A file that is torn in the middle may fail at any read.
            Ok((store, _)) => unless_damaged(
                undone
                    .look(&mut **store, &self.machine, Remembering::Nothing)
                    .and_then(|()| undone.judge(&mut **store, &self.machine)),
            )?,
            Err(error) if error.tells_of_content() => None,
            // It is unknown what would be lost, so the copy is read and the file stays as it is.
            Err(_) if found.is_sound => {
                self.access.interrupted = None;
                return Ok(undone.root);
            }
            Err(_) => None,
        };
        let settles = match (found.is_sound, as_it_stands) {
            // The file is sound, so all of the write but its end had arrived. No more than this one write may be undone.
            (true, Some(stands)) if stands.is_sound => found.is_just_before(&stands),
            (true, _) => true,
            // A vault that was damaged before the write is still damaged after undoing it. The file as it stands must
            // not have more sound records than the copy.
            (false, Some(stands)) => found.agrees && !stands.is_sound && found.whole >= stands.whole,
            (false, None) if found.agrees => true,
            // The file as it stands does not open. The copy is read, and its doubts are reported.
            (false, None) => {
                refuse_journal(&mut *self.store);
                self.access.interrupted = None;
                return Ok(undone.root);
            }
        };
        if !settles {
            self.refuse_journal()?;
            return Ok(undone.root);
        }
        let Some(Standing { settlement, .. }) = self.access.interrupted.take() else { return Ok(undone.root) };
        // SQLite's checksums cover only one byte in two hundred, so a journal that was changed elsewhere gives a
        // damaged vault. Only a sound vault replaces the file without asking.
        if !found.is_sound {
            self.unsettled = Some(settlement);
            return Ok(undone.root);
        }
        match settlement.settle() {
            Ok(store) => {
                self.store = store;
                self.has_undone = true;
            }
            // The copy is as good for reading. Writing to it is refused.
            Err(
                StoreError::UnfinishedOnReadOnly | StoreError::Beside(_) | StoreError::Io(_) | StoreError::DiskFull,
            ) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(undone.root)
    }

    fn look(&mut self, root: Box<Root>, slot: SlotId, remembering: Remembering) -> Result<Unlocked, VaultError> {
        look_inside(&mut *self.store, &self.machine, self.access.vault, root, slot, remembering)
    }

    /// Continues with the file as it stands, without the journal.
    fn refuse_journal(&mut self) -> Result<(), VaultError> {
        if let Some(Standing { standing, .. }) = self.access.interrupted.take() {
            let (mut store, slots) = standing?;
            refuse_journal(&mut *store);
            self.store = store;
            self.access.slots = slots;
        }
        Ok(())
    }
}

/// Reads state and slots in one view, because another process may have written while the passphrase was typed. The view
/// stays open during the comparison with what this machine remembers. A write in between would make this file look like
/// an older copy.
fn look_inside(
    store: &mut dyn Store,
    machine: &Machine,
    vault: VaultId,
    root: Box<Root>,
    slot: SlotId,
    remembering: Remembering,
) -> Result<Unlocked, VaultError> {
    let (state, sealed_state, slots, faults, doubt, memory) =
        (None, Vec::new(), SlotRows::default(), Vec::new(), None, Ok(()));
    let mut inside = Unlocked { vault, root, state, sealed_state, slot, slots, faults, doubt, memory };
    inside.look(store, machine, remembering)?;
    Ok(inside)
}

/// What this machine remembers after the checks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Remembering {
    Nothing,
    WhatIsSound,
    WhateverItIs,
}

/// The judgement, or `None` if the content prevented one. Other errors are passed on, because an accident decides
/// nothing.
fn unless_damaged(judged: Result<Judgement, VaultError>) -> Result<Option<Judgement>, VaultError> {
    match judged {
        Err(VaultError::Store(error)) if !error.tells_of_content() => Err(error.into()),
        other => Ok(other.ok()),
    }
}

/// The result of checking a whole file.
#[derive(Default)]
struct Judgement {
    /// Everything is as it was written, every record opens, and it agrees with what this machine remembers.
    is_sound: bool,
    /// Nothing that this machine remembers contradicts it. A lost state contradicts any vault that was seen here.
    agrees: bool,
    /// The latest write, if the state opens.
    latest: Option<(Revision, WriteId)>,
    /// The write before it, if its ID is kept.
    before: Option<(Revision, WriteId)>,
    /// The number of sound records.
    whole: u32,
}

impl Unlocked {
    /// Reads the state and the slots of this store. The root stays.
    fn look(&mut self, store: &mut dyn Store, machine: &Machine, remembering: Remembering) -> Result<(), VaultError> {
        let place = store.place().clone();
        let is_copy = is_copy(store);
        let reader = store.read()?;
        let (vault, sealed_state) = reader.vault()?;
        if vault != self.vault {
            return Err(VaultError::SlotTampered);
        }
        self.slots = reader.slots()?;
        self.state = self.root.unseal_state(&sealed_state).ok();
        self.sealed_state = sealed_state;
        self.faults = match &self.state {
            Some(state) => slot_faults(vault, state, &self.slots),
            None => vec![Fault::whole(FaultKind::State)],
        };
        let fingerprint = self.root.fingerprint();
        self.doubt = machine.doubt(vault, fingerprint, self.state.as_ref(), &place);
        let remembers = match remembering {
            Remembering::Nothing => false,
            Remembering::WhatIsSound if self.doubt == Some(CopyDoubt::ForeignRoot) => {
                return Err(VaultError::Copy(CopyDoubt::ForeignRoot));
            }
            Remembering::WhatIsSound => self.doubt.is_none() && self.faults.is_empty() && !is_copy,
            Remembering::WhateverItIs => self.faults.is_empty(),
        };
        if let (Some(state), true) = (&self.state, remembers) {
            let kept = if remembering == Remembering::WhateverItIs {
                self.doubt = None;
                machine.accept(vault, fingerprint, state, Some(self.slot), &place)
            } else {
                machine.remember(vault, fingerprint, state, Some(self.slot), &place)
            };
            self.memory = kept.map_err(|error| error.kind());
        }
        drop(reader);
        Ok(())
    }

    fn judge(&mut self, store: &mut dyn Store, machine: &Machine) -> Result<Judgement, VaultError> {
        let is_known = self.state.is_some() || machine.seen_revision(self.vault).is_none();
        let agrees = is_known && matches!(self.doubt, None | Some(CopyDoubt::OtherVault));
        // Every blob is checked, because the journal may hold nothing else.
        let verified = self.verify_once(store, &mut |_, _| {})?;
        store.release();
        let is_sound = agrees && self.state.is_some() && verified.faults.is_empty();
        let state = self.state.as_ref();
        let mark = |state: &State, revision: Revision| Some((revision, state.write_of(revision)?));
        let latest = state.and_then(|state| mark(state, state.revision()));
        let before = state.and_then(|state| mark(state, Revision::new(state.revision().number().checked_sub(1)?)?));
        Ok(Judgement { is_sound, agrees, latest, before, whole: verified.whole })
    }
}

impl Judgement {
    /// Whether `next` is at the very next write or at the same one.
    fn is_just_before(&self, next: &Self) -> bool {
        self.latest.is_some() && (self.latest == next.before || self.latest == next.latest)
    }
}

impl Credential<'_> {
    fn open(self, vault: VaultId, row: &SlotRow, limits: KdfLimits) -> Result<SlotOpening, VaultError> {
        match self {
            Self::Passphrase(passphrase) => Ok(passphrase_slot(row).open(vault, passphrase, &row.checksum, limits)?),
            Self::Kit(kit) => Ok(kit_slot(row).open(vault, kit, &row.checksum)?),
        }
    }

    const fn slot_kind(self) -> SlotKind {
        match self {
            Self::Passphrase(_) => SlotKind::Passphrase,
            Self::Kit(_) => SlotKind::Kit,
        }
    }

    /// Whether this may open the slot. Only slots that are certainly of another kind are excluded.
    fn may_open(self, vault: VaultId, row: &SlotRow) -> bool {
        kind_of(row) == self.slot_kind() || !is_plain(vault, row)
    }

    /// The cost of trying this slot: memory times passes.
    fn work(self, row: &SlotRow) -> u64 {
        match self {
            Self::Passphrase(_) => u64::from(row.memory_kib) * u64::from(row.passes),
            Self::Kit(_) => 0,
        }
    }
}

/// The slots to try, in order.
struct Plan<'a> {
    rows: Vec<&'a SlotRow>,
    /// The number of slots that are left out because they are too many or too expensive together.
    left_out: usize,
}

/// Orders the last used slot first, then the cheapest: slots that somebody adds to the file must not delay its owner.
fn plan<'a>(
    vault: VaultId,
    slots: &'a SlotRows,
    credential: Credential<'_>,
    only: Option<SlotId>,
    last: Option<SlotId>,
    limits: KdfLimits,
) -> Plan<'a> {
    let wanted = |row: &&SlotRow| only.is_none_or(|only| row.slot == only) && credential.may_open(vault, row);
    let mut rows: Vec<&SlotRow> = slots.rows.iter().filter(wanted).collect();
    rows.sort_by_key(|row| (Some(row.slot) != last, credential.work(row)));
    let all = rows.len();
    let mut left = u64::from(limits.ceiling.memory_kib) * u64::from(limits.ceiling.passes) * MAX_CEILING_DERIVATIONS;
    let affordable = rows.iter().take_while(|row| {
        // A cost outside the limits is refused before any work.
        let work = if limits.check(cost_of(row)).is_ok() { credential.work(row) } else { 0 };
        let fits = work <= left;
        left = left.saturating_sub(work);
        fits
    });
    let kept = affordable.count().min(MAX_SLOTS);
    rows.truncate(kept);
    let left_out = if only.is_some() { 0 } else { all - kept + usize::from(slots.more) };
    Plan { rows, left_out }
}
