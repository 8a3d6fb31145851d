//! Unlocking: which slots a passphrase or a kit is tried on, how much work that may be, and the first look inside. A
//! write that was broken off is judged here, on a copy, before it is undone in the file.

use secrecy::SecretString;

use super::open::{Standing, is_copy, refuse_journal};
use super::slot_rows::{MOST_SLOTS, cost_of, is_plain, kind_of, kit_slot, passphrase_slot, slot_faults};
use super::state::State;
use super::{CopyDoubt, Fault, FaultKind, Locked, Machine, Unlocked, Vault, VaultError};
use crate::seal::{KdfLimits, KitIdentity, Root, SlotKind, SlotOpening};
use crate::store::{SlotRow, SlotRows, Store, StoreError};
use drivekey_record::{Revision, SlotId, VaultId, WriteId};

/// So many derivations at the ceiling may be tried in all; what goes beyond was not made by this program.
const MOST_DEAREST: u64 = 2;

/// A vault that did not open, to try again.
pub struct UnlockFailure {
    /// The vault, still locked.
    pub vault: Box<Vault<Locked>>,
    /// Why.
    pub error: VaultError,
}

/// What is tried on the slots.
#[derive(Clone, Copy)]
enum Key<'a> {
    Passphrase(&'a SecretString),
    Kit(&'a KitIdentity),
}

impl Vault<Locked> {
    /// Tries a passphrase on every slot, the last used first, or on `only` one.
    ///
    /// # Errors
    /// [`UnlockFailure`] gives the vault back, so that another passphrase can be tried.
    pub fn unlock(self, passphrase: &SecretString, only: Option<SlotId>) -> Result<Vault<Unlocked>, UnlockFailure> {
        self.unlock_by(Key::Passphrase(passphrase), only)
    }

    /// Tries a kit on every slot of its kind.
    ///
    /// # Errors
    /// As [`Vault::unlock`]; [`VaultError::WrongKit`] when its slot was removed, or it is another vault's.
    pub fn unlock_with_kit(self, kit: &KitIdentity) -> Result<Vault<Unlocked>, UnlockFailure> {
        self.unlock_by(Key::Kit(kit), None).map_err(|failure| match failure.error {
            VaultError::WrongPassphrase => UnlockFailure { error: VaultError::WrongKit, ..failure },
            _ => failure,
        })
    }

    fn unlock_by(mut self, key: Key<'_>, only: Option<SlotId>) -> Result<Vault<Unlocked>, UnlockFailure> {
        match self.opened_by(key, only) {
            Ok(access) => {
                let Self { store, machine, limits, has_undone, unsettled, .. } = self;
                Ok(Vault { store, machine, limits, has_undone, unsettled, access })
            }
            Err(error) => Err(UnlockFailure { vault: Box::new(self), error }),
        }
    }

    fn opened_by(&mut self, key: Key<'_>, only: Option<SlotId>) -> Result<Unlocked, VaultError> {
        match self.try_slots(&self.access.slots, key, only) {
            Ok((root, slot)) => {
                let root = self.settle(root, slot)?;
                self.look(root, slot, Remembering::WhatIsSound)
            }
            // The journal may be what changed the slots.
            Err(error) => match &self.access.interrupted {
                Some(Standing { standing: Ok((_, others)), .. }) if *others != self.access.slots => {
                    let (root, slot) = self.try_slots(others, key, only).map_err(|_| error)?;
                    self.refuse_journal()?;
                    self.look(root, slot, Remembering::WhatIsSound)
                }
                _ => Err(error),
            },
        }
    }

    /// Takes a foreign or older copy for the right one from now on: what this machine remembers is replaced.
    ///
    /// # Errors
    /// As [`Vault::unlock`]; [`VaultError::Faults`] when the copy is not sound in itself, [`VaultError::Store`] where
    /// something beside the file is refused.
    pub fn accept_copy(mut self, passphrase: &SecretString) -> Result<(), VaultError> {
        let (root, slot) = self.try_slots(&self.access.slots, Key::Passphrase(passphrase), None)?;
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
        key: Key<'_>,
        only: Option<SlotId>,
    ) -> Result<(Box<Root>, SlotId), VaultError> {
        let vault = self.access.vault;
        let plan = plan(vault, slots, key, only, self.machine.last_slot(vault), self.limits);
        if plan.rows.is_empty() && plan.left_out == 0 {
            return Err(match (only, slots.rows.is_empty()) {
                (Some(_), _) => VaultError::NoSuchSlot,
                (None, true) => VaultError::SlotDamaged,
                (None, false) => VaultError::WrongPassphrase,
            });
        }
        let mut worst = VaultError::WrongPassphrase;
        for row in plan.rows {
            match key.open(vault, row, self.limits) {
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
        // A row that has not the form of a slot may have been the one.
        if matches!(worst, VaultError::WrongPassphrase) && !slots.malformed.is_empty() && only.is_none() {
            worst = VaultError::SlotDamaged;
        }
        if plan.left_out > 0 { Err(VaultError::SlotsNotTried { left_out: plan.left_out }) } else { Err(worst) }
    }

    /// Where a write was broken off: undone in the file itself if what came of it on the copy is this vault, else
    /// refused.
    fn settle(&mut self, root: Box<Root>, slot: SlotId) -> Result<Box<Root>, VaultError> {
        let Some(Standing { standing, .. }) = &mut self.access.interrupted else { return Ok(root) };
        let vault = self.access.vault;
        let mut undone = look_inside(&mut *self.store, &self.machine, vault, root, slot, Remembering::Nothing)?;
        // A copy that does not hold together is not sound, and no reason to keep anybody from the keys.
        let found = unless_damaged(undone.judge(&mut *self.store, &self.machine))?.unwrap_or_default();
        let as_it_stands = match standing {
            // A file that is torn in its middle may fail at any look.
            Ok((store, _)) => unless_damaged(
                undone
                    .look(&mut **store, &self.machine, Remembering::Nothing)
                    .and_then(|()| undone.judge(&mut **store, &self.machine)),
            )?,
            Err(error) if error.tells_of_content() => None,
            // Nobody knows what would be taken back: the copy is read, and the file stays as it is.
            Err(_) if found.is_sound => {
                self.access.interrupted = None;
                return Ok(undone.root);
            }
            Err(_) => None,
        };
        let settles = match (found.is_sound, as_it_stands) {
            // All of a write had arrived but its end. Of any other whole state nothing is taken back.
            (true, Some(stands)) if stands.is_sound => found.is_just_before(&stands),
            (true, _) => true,
            // A vault that was damaged before the write is damaged after undoing it. The file as it stands must have no
            // more records that open.
            (false, Some(stands)) => found.agrees && !stands.is_sound && found.whole >= stands.whole,
            (false, None) if found.agrees => true,
            // The file as it stands does not open, and what speaks against the copy is said.
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
        // SQLite's own sums look at one byte of two hundred: a journal that was changed elsewhere gives a damaged vault.
        // Only a whole one takes the file's place unasked.
        if !found.is_sound {
            self.unsettled = Some(settlement);
            return Ok(undone.root);
        }
        match settlement.settle() {
            Ok(store) => {
                self.store = store;
                self.has_undone = true;
            }
            // The copy is as good for reading, and writing is refused over it.
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

    /// Goes on from the file as it stands, without the journal.
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

/// Reads state and slots in one view: another process may have written while the passphrase was typed. The view stays
/// open while they are compared with what this machine remembers: a write between the two would make this file look
/// like an older copy.
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

/// What this machine keeps of a look inside.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Remembering {
    Nothing,
    WhatIsSound,
    WhateverItIs,
}

/// What was found, where the content let it be found. An accident decides nothing.
fn unless_damaged(judged: Result<Judgement, VaultError>) -> Result<Option<Judgement>, VaultError> {
    match judged {
        Err(VaultError::Store(error)) if !error.tells_of_content() => Err(error.into()),
        other => Ok(other.ok()),
    }
}

/// What a whole look at a file gave.
#[derive(Default)]
struct Judgement {
    /// Everything is as it was written, each record opened, and agrees with what this machine remembers.
    is_sound: bool,
    /// Nothing that this machine remembers speaks against it; a lost state agrees with nothing that was seen.
    agrees: bool,
    /// The latest write, where the state opens.
    latest: Option<(Revision, WriteId)>,
    /// The write before it, where its mark is kept.
    before: Option<(Revision, WriteId)>,
    /// Records that are whole.
    whole: u32,
}

impl Unlocked {
    /// Takes over what this file says; its root stays.
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
        // Every blob, too: a journal may hold nothing but those.
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
    /// Whether the other is of the very next write, or of none since.
    fn is_just_before(&self, next: &Self) -> bool {
        self.latest.is_some() && (self.latest == next.before || self.latest == next.latest)
    }
}

impl Key<'_> {
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

    /// Not what is another key's beyond doubt.
    fn may_open(self, vault: VaultId, row: &SlotRow) -> bool {
        kind_of(row) == self.slot_kind() || !is_plain(vault, row)
    }

    /// Memory times passes: what trying this slot costs.
    fn work(self, row: &SlotRow) -> u64 {
        match self {
            Self::Passphrase(_) => u64::from(row.memory_kib) * u64::from(row.passes),
            Self::Kit(_) => 0,
        }
    }
}

/// Which slots are tried, in which order.
struct Plan<'a> {
    rows: Vec<&'a SlotRow>,
    /// Slots that are left out, because they are too many or cost too much together.
    left_out: usize,
}

/// The last used first, then the cheapest: whoever adds slots to a file must not make its owner wait for them.
fn plan<'a>(
    vault: VaultId,
    slots: &'a SlotRows,
    key: Key<'_>,
    only: Option<SlotId>,
    last: Option<SlotId>,
    limits: KdfLimits,
) -> Plan<'a> {
    let wanted = |row: &&SlotRow| only.is_none_or(|only| row.slot == only) && key.may_open(vault, row);
    let mut rows: Vec<&SlotRow> = slots.rows.iter().filter(wanted).collect();
    rows.sort_by_key(|row| (Some(row.slot) != last, key.work(row)));
    let all = rows.len();
    let mut left = u64::from(limits.ceiling.memory_kib) * u64::from(limits.ceiling.passes) * MOST_DEAREST;
    let affordable = rows.iter().take_while(|row| {
        // What is beyond the ceiling is refused before any work.
        let work = if limits.check(cost_of(row)).is_ok() { key.work(row) } else { 0 };
        let fits = work <= left;
        left = left.saturating_sub(work);
        fits
    });
    let kept = affordable.count().min(MOST_SLOTS);
    rows.truncate(kept);
    let left_out = if only.is_some() { 0 } else { all - kept + usize::from(slots.more) };
    Plan { rows, left_out }
}
