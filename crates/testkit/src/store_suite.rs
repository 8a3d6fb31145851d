//! The tests that every store must pass: each store calls `store_suite!` in its own tests. They cover its rows and
//! views, what people do with a vault in it, and what a stranger does to its rows.

mod lost;
mod rows;
mod stranger;
mod vaults;
mod views;

pub use lost::*;
pub use rows::*;
pub use stranger::*;
pub use vaults::*;
pub use views::*;

use drivekey_record::{RecordId, Revision, SlotId, VaultId};
use drivekey_vault::store::{
    FirstRows, ItemRow, NewRecord, Opened, Place, RecordRow, RowTokens, SlotRow, Store, StoreError,
};
use drivekey_vault::{Locked, Machine, NewVault, Unlocked, Vault, VaultError};

use crate::house::{LIMITS, PASSPHRASE, secret};

/// Somewhere to keep one vault: nothing there at first, then opened as often as one likes, from any thread.
pub trait Premises: Sync {
    fn create(&self, first: &FirstRows<'_>) -> Result<Place, StoreError>;
    fn open(&self) -> Result<Opened, StoreError>;
    /// Brings a row out of form, as somebody with the engine's own tools can.
    fn malform(&self, row: Row);
}

/// Premises whose engine is another program, with a connection that can be cut.
pub trait Severed: Premises {
    /// Cuts the connection at the call after so many, once.
    fn cut_after(&self, calls: u32);
    /// Leaves the connection whole from now on; whether it was not cut yet.
    fn mend(&self) -> bool;
}

/// A row of any table.
#[derive(Debug, Clone, Copy)]
pub enum Row {
    Record(u32),
    Item(u32),
    Slot(SlotId),
}

/// All tests of the suite, each by its name, on premises that the expression makes anew for each. With `severed` those
/// of a connection that is lost, too.
#[macro_export]
macro_rules! store_suite {
    ($premises:expr) => {
        $crate::store_suite!(@each $premises,
            what_was_created_is_read_back
            rows_come_back_as_they_were_written
            what_is_replaced_and_deleted_is_gone
            rows_that_are_not_the_ones_read_are_refused
            a_batch_is_bounded_by_its_bytes
            slots_beyond_all_reason_are_told
            a_row_out_of_form_hides_no_other
            a_write_that_is_dropped_keeps_nothing
            a_writer_sees_its_own_rows_and_nobody_else_before_the_commit
            a_view_does_not_change_while_another_writes
            a_held_view_goes_on_until_it_is_released
            writers_wait_for_each_other_and_lose_nothing
            a_vault_is_made_unlocked_and_asked
            what_comes_in_is_edited_undone_and_purged
            attachments_and_slots_come_and_go
            vaults_that_are_open_twice_see_each_others_writes
            rows_that_went_back_are_an_older_copy
            what_a_stranger_does_to_rows_is_named
            what_a_stranger_did_is_repaired
        );
    };
    ($premises:expr, severed) => {
        $crate::store_suite!($premises);
        $crate::store_suite!(@each $premises, a_lost_connection_leaves_nothing_half_done);
    };
    (@each $premises:expr, $($name:ident)+) => {
        $(
            #[test]
            fn $name() {
                $crate::store_suite::$name(&$premises);
            }
        )+
    };
}

/// The store itself, without a vault over it.
fn store_at(premises: &impl Premises) -> Box<dyn Store> {
    match premises.open().unwrap() {
        Opened::Store(store) => store,
        Opened::Interrupted(_) => panic!("a write was broken off"),
    }
}

fn vault_at(premises: &impl Premises, machine: &Machine) -> Vault<Unlocked> {
    locked_at(premises, machine).unwrap().unlock(&secret(PASSPHRASE), None).map_err(|failure| failure.error).unwrap()
}

fn locked_at(premises: &impl Premises, machine: &Machine) -> Result<Vault<Locked>, VaultError> {
    Vault::over(premises.open()?, LIMITS, machine.clone())
}

fn make_vault(premises: &impl Premises, machine: &Machine) {
    let new = NewVault { passphrase: &secret(PASSPHRASE), cost: LIMITS.floor, limits: LIMITS };
    Vault::<Locked>::create_in(|first| premises.create(first), &new, machine).unwrap();
}

fn no_memory() -> Machine {
    Machine::new(None)
}

const VAULT: VaultId = VaultId::from_bytes([7; 16]);

fn make_rows(premises: &impl Premises) -> Place {
    premises.create(&FirstRows { vault: VAULT, state: b"first", slots: &[slot_row(1)] }).unwrap()
}

fn slot_row(number: u16) -> SlotRow {
    let mut name = [9; 16];
    name[..2].copy_from_slice(&number.to_be_bytes());
    SlotRow {
        slot: SlotId::from_bytes(name),
        kind: 1,
        memory_kib: 65536,
        passes: 3,
        lanes: u32::from(number),
        salt: [3; 16],
        check_value: [4; 16],
        wrapped: vec![5; 300],
        checksum: [6; 32],
    }
}

/// A row like no other: every third without a device, every second without a Key ID; three share a device.
fn record_row(handle: u32, revision: u32) -> RecordRow {
    let token = |kind: u8, value: u32| {
        let mut token = [kind; 16];
        token[..4].copy_from_slice(&value.to_be_bytes());
        token
    };
    RecordRow {
        handle,
        record: RecordId::from_bytes(token(1, handle)),
        revision: Revision::new(revision).unwrap(),
        sealed_sha256: [2; 32],
        summary: format!("summary {handle} of {revision}").into_bytes(),
        tokens: RowTokens {
            device: (!handle.is_multiple_of(3)).then(|| token(3, handle / 4)),
            device_type: Some(token(4, handle % 5)),
            key_id: handle.is_multiple_of(2).then(|| token(5, handle)),
            prefix: handle.is_multiple_of(2).then(|| token(6, handle)),
            folded_prefix: handle.is_multiple_of(2).then(|| token(7, handle)),
            digits: token(8, handle),
        },
    }
}

fn item_row(number: u32, revision: u32) -> ItemRow {
    let mut name = [11; 16];
    name[..4].copy_from_slice(&number.to_be_bytes());
    ItemRow {
        number,
        item: RecordId::from_bytes(name),
        revision: Revision::new(revision).unwrap(),
        content_sha256: [12; 32],
        summary: format!("item {number} of {revision}").into_bytes(),
    }
}

fn sealed_of(row: &RecordRow) -> Vec<u8> {
    format!("sealed {} of {}", row.handle, row.revision.number()).into_bytes()
}

/// Adds records, each with a sealed one, in one write.
fn add(store: &mut dyn Store, rows: &[RecordRow]) {
    let sealed: Vec<Vec<u8>> = rows.iter().map(sealed_of).collect();
    let new: Vec<NewRecord<'_>> = rows.iter().zip(&sealed).map(|(row, sealed)| NewRecord { row, sealed }).collect();
    let mut writer = store.write().unwrap();
    writer.insert_records(&new).unwrap();
    writer.commit().unwrap();
}

fn state_of(store: &mut dyn Store) -> Vec<u8> {
    store.read().unwrap().vault().unwrap().1
}

fn set_state(store: &mut dyn Store, state: &[u8]) {
    let mut writer = store.write().unwrap();
    writer.set_state(state).unwrap();
    writer.commit().unwrap();
}
