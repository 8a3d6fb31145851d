//! Conversion between keyslots and their rows, the digest of a row, and the check of all rows against the state.

use super::state::{SlotState, State};
use super::{Fault, FaultKind};
use crate::seal::{
    KdfCost, KitSlot, MadeSlot, PassphraseSlot, SHA256_BYTES, SlotBody, SlotKind, sha256, slot_checksum,
};
use crate::store::{SlotRow, SlotRows};
use drivekey_record::{LineText, SlotId, VaultId};

/// The maximum number of keyslots in a vault.
pub(super) const MAX_SLOTS: usize = 32;

pub(super) const fn cost_of(row: &SlotRow) -> KdfCost {
    KdfCost { memory_kib: row.memory_kib, passes: row.passes, lanes: row.lanes }
}

pub(super) const fn kind_of(row: &SlotRow) -> SlotKind {
    SlotKind::from_number(row.kind)
}

/// Whether a row is certainly of its kind. A damaged kind must lock nobody out: a kit's slot has no cost, a
/// passphrase's has one, and for other kinds the checksum must match.
pub(super) fn is_plain(vault: VaultId, row: &SlotRow) -> bool {
    let costs = (row.memory_kib, row.passes, row.lanes) != (0, 0, 0);
    match kind_of(row) {
        SlotKind::Passphrase => costs,
        SlotKind::Kit => !costs,
        SlotKind::Recipient | SlotKind::PostQuantum | SlotKind::Other(_) => {
            computed_checksum(vault, row) == row.checksum
        }
    }
}

fn computed_checksum(vault: VaultId, row: &SlotRow) -> [u8; SHA256_BYTES] {
    slot_checksum(kind_of(row), vault, row.slot, &body_of(row))
}

fn body_of(row: &SlotRow) -> SlotBody {
    SlotBody { cost: cost_of(row), salt: row.salt, check_value: row.check_value, wrapped: row.wrapped.clone() }
}

pub(super) fn passphrase_slot(row: &SlotRow) -> PassphraseSlot {
    PassphraseSlot { id: row.slot, body: body_of(row) }
}

pub(super) fn kit_slot(row: &SlotRow) -> KitSlot {
    KitSlot { id: row.slot, body: body_of(row) }
}

pub(super) fn slot_row(vault: VaultId, made: MadeSlot, name: Option<LineText>) -> (SlotRow, SlotState) {
    let checksum = made.slot.checksum(vault);
    let PassphraseSlot { id, body } = made.slot;
    row_of(vault, SlotKind::Passphrase, id, body, checksum, made.recipient, name)
}

pub(super) fn kit_slot_row(
    vault: VaultId,
    made: KitSlot,
    recipient: String,
    name: Option<LineText>,
) -> (SlotRow, SlotState) {
    let checksum = made.checksum(vault);
    row_of(vault, SlotKind::Kit, made.id, made.body, checksum, recipient, name)
}

fn row_of(
    vault: VaultId,
    kind: SlotKind,
    id: SlotId,
    body: SlotBody,
    checksum: [u8; SHA256_BYTES],
    recipient: String,
    name: Option<LineText>,
) -> (SlotRow, SlotState) {
    let row = SlotRow {
        slot: id,
        kind: kind.number(),
        memory_kib: body.cost.memory_kib,
        passes: body.cost.passes,
        lanes: body.cost.lanes,
        salt: body.salt,
        check_value: body.check_value,
        wrapped: body.wrapped,
        checksum,
    };
    let state = SlotState::new(id, name, recipient, &row_digest(vault, &row));
    (row, state)
}

/// SHA-256 over a slot's row, including its own checksum. After a repair accepts a damaged slot, it is no longer a
/// fault, but keeps its checksum, so that its owner is still told of the damage.
pub(super) fn row_digest(vault: VaultId, row: &SlotRow) -> [u8; 32] {
    sha256(&[computed_checksum(vault, row).as_slice(), &row.checksum, &row.kind.to_be_bytes()].concat())
}

/// Checks that the slots in the file are exactly those in the state.
pub(super) fn slot_faults(vault: VaultId, state: &State, found: &SlotRows) -> Vec<Fault> {
    let mut faults = Vec::new();
    let present = found.rows.iter().map(|row| (row.slot, row_digest(vault, row)));
    let malformed = found.malformed.iter().map(|row| (row.slot, row.digest));
    let mut seen = Vec::new();
    for (slot, digest) in present.chain(malformed) {
        seen.push(slot);
        match state.slots.iter().find(|kept| kept.slot() == Some(slot)) {
            None => faults.push(FaultKind::SlotAdded(slot)),
            Some(kept) if !kept.has_digest(&digest) => faults.push(FaultKind::SlotChanged(slot)),
            Some(_) => {}
        }
    }
    let kept = state.slots.iter().filter_map(SlotState::slot);
    faults.extend(kept.filter(|slot| !seen.contains(slot)).map(FaultKind::SlotMissing));
    if found.more {
        faults.push(FaultKind::TooManySlots);
    }
    faults.into_iter().map(Fault::whole).collect()
}
