//! Between a keyslot and its row: what a row is made of, which kind it is, its digest, and whether the rows of a file
//! are those that its state names.

use super::state::{SlotState, State};
use super::{Fault, FaultKind};
use crate::seal::{
    KdfCost, KitSlot, MadeSlot, PassphraseSlot, SHA256_BYTES, SlotBody, SlotKind, sha256, slot_checksum,
};
use crate::store::{SlotRow, SlotRows};
use drivekey_record::{LineText, SlotId, VaultId};

/// Most keyslots a vault has.
pub(super) const MAX_SLOTS: usize = 32;

pub(super) const fn cost_of(row: &SlotRow) -> KdfCost {
    KdfCost { memory_kib: row.memory_kib, passes: row.passes, lanes: row.lanes }
}

pub(super) const fn kind_of(row: &SlotRow) -> SlotKind {
    SlotKind::from_number(row.kind)
}

/// Whether a row is a slot of its kind beyond doubt. A damaged kind must shut out nobody: a kit's slot has no cost, a
/// passphrase's has, and of others the checksum must fit.
pub(super) fn is_plain(vault: VaultId, row: &SlotRow) -> bool {
    let costs = (row.memory_kib, row.passes, row.lanes) != (0, 0, 0);
    match kind_of(row) {
        SlotKind::Passphrase => costs,
        SlotKind::Kit => !costs,
        SlotKind::Recipient | SlotKind::PostQuantum | SlotKind::Other(_) => computed(vault, row) == row.checksum,
    }
}

fn computed(vault: VaultId, row: &SlotRow) -> [u8; SHA256_BYTES] {
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

/// SHA-256 over all of a slot's row, its own checksum too: a damaged slot that was taken as it stands must neither
/// stay a fault for ever nor lose the checksum that tells its owner of the damage.
pub(super) fn row_digest(vault: VaultId, row: &SlotRow) -> [u8; 32] {
    sha256(&[computed(vault, row).as_slice(), &row.checksum, &row.kind.to_be_bytes()].concat())
}

/// The slots in the file must be those that the state names, to the byte.
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
