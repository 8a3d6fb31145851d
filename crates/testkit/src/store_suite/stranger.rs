//! Somebody who can write to the engine, but has no passphrase, changes rows. Each change is listed with the calls that
//! name it; every other call must give the known answer.

use super::{Premises, Row, locked_at, make_vault, no_memory, store_at, vault_at};
use crate::house::{Known, PASSPHRASE, ask_opened, known_digits, known_incoming, report, take, whole_digits};
use drivekey_record::{RecordId, Revision, SlotId};
use drivekey_vault::VaultError;
use drivekey_vault::store::{NewRecord, Reader, RecordRow, StoreError, Writer};

const RECORDS: u32 = 12;
/// Every call that looks at a summary, in the order in which they are asked.
const ALL: &str = "list find miss reveal whose verify";

type Act = fn(&mut dyn Writer) -> Result<(), StoreError>;

/// Its name, what is done, the calls that report it, and the searches that show fewer records without a word.
const ACTS: &[(&str, Act, &str, &[&str])] = &[
    (
        "two sealed records swapped",
        |writer| {
            let (one, other) = (whole(writer, 1), whole(writer, 2));
            writer.replace_record(&one.0, &one.0, &other.1)?;
            writer.replace_record(&other.0, &other.0, &one.1)
        },
        "reveal verify",
        &[],
    ),
    (
        "two whole records swapped",
        |writer| {
            let (one, other) = (whole(writer, 1), whole(writer, 2));
            writer.delete_record(&one.0)?;
            writer.delete_record(&other.0)?;
            add(writer, &RecordRow { handle: 2, ..one.0 }, &one.1)?;
            add(writer, &RecordRow { handle: 1, ..other.0 }, &other.1)
        },
        ALL,
        &[],
    ),
    (
        "two summaries swapped",
        |writer| {
            let (one, other) = (whole(writer, 1), whole(writer, 2));
            writer.replace_record(&one.0, &RecordRow { summary: other.0.summary.clone(), ..one.0.clone() }, &one.1)?;
            writer.replace_record(&other.0, &RecordRow { summary: one.0.summary, ..other.0.clone() }, &other.1)
        },
        ALL,
        &[],
    ),
    (
        "a revision raised",
        |writer| {
            let (row, sealed) = whole(writer, 4);
            let revision = Revision::new(row.revision.number() + 1).unwrap();
            writer.replace_record(&row, &RecordRow { revision, ..row.clone() }, &sealed)
        },
        ALL,
        &[],
    ),
    (
        "a record gone",
        |writer| {
            let (row, _) = whole(writer, 5);
            writer.delete_record(&row)
        },
        ALL,
        &["Station-01"],
    ),
    (
        "a record copied under another handle and name",
        |writer| {
            let (row, sealed) = whole(writer, 5);
            add(writer, &RecordRow { handle: 50, record: RecordId::from_bytes([50; 16]), ..row }, &sealed)
        },
        "list find miss whose verify",
        &[],
    ),
    (
        "a device's token taken away",
        |writer| {
            let (row, sealed) = whole(writer, 1);
            let mut changed = row.clone();
            changed.tokens.device = None;
            writer.replace_record(&row, &changed, &sealed)
        },
        ALL,
        &["Station-00"],
    ),
    (
        "digits' tokens swapped",
        |writer| {
            let (one, other) = (whole(writer, 1), whole(writer, 6));
            let (mut first, mut second) = (one.0.clone(), other.0.clone());
            (first.tokens.digits, second.tokens.digits) = (second.tokens.digits, first.tokens.digits);
            writer.replace_record(&one.0, &first, &one.1)?;
            writer.replace_record(&other.0, &second, &other.1)
        },
        ALL,
        &[],
    ),
    (
        "an empty sealed record",
        |writer| {
            let (row, _) = whole(writer, 5);
            writer.replace_record(&row, &row, b"")
        },
        "reveal verify",
        &[],
    ),
    (
        "an empty summary",
        |writer| {
            let (row, sealed) = whole(writer, 5);
            writer.replace_record(&row, &RecordRow { summary: Vec::new(), ..row.clone() }, &sealed)
        },
        ALL,
        &[],
    ),
    ("no state", |writer| writer.set_state(b""), "unlock miss verify", &[]),
    (
        "no slot",
        |writer| {
            let slot = first_slot(writer.reader()).slot;
            writer.delete_slot(slot)
        },
        "unlock",
        &[],
    ),
    (
        "a slot beside",
        |writer| {
            let mut slot = first_slot(writer.reader());
            slot.slot = SlotId::from_bytes([1; 16]);
            writer.insert_slot(&slot)
        },
        "unlock verify",
        &[],
    ),
    (
        "a slot with another checksum",
        |writer| {
            let mut slot = first_slot(writer.reader());
            slot.checksum = [0; 32];
            writer.delete_slot(slot.slot)?;
            writer.insert_slot(&slot)
        },
        "unlock verify",
        &[],
    ),
    (
        "a slot that asks for no memory",
        |writer| {
            let mut slot = first_slot(writer.reader());
            slot.memory_kib = 0;
            writer.delete_slot(slot.slot)?;
            writer.insert_slot(&slot)
        },
        "unlock",
        &[],
    ),
];

fn whole(writer: &dyn Writer, handle: u32) -> (RecordRow, Vec<u8>) {
    let reader = writer.reader();
    (reader.row(handle).unwrap().unwrap(), reader.sealed(handle).unwrap().unwrap())
}

fn add(writer: &mut dyn Writer, row: &RecordRow, sealed: &[u8]) -> Result<(), StoreError> {
    writer.insert_records(&[NewRecord { row, sealed }])
}

fn first_slot(reader: &dyn Reader) -> drivekey_vault::store::SlotRow {
    reader.slots().unwrap().rows.remove(0)
}

/// All that a stranger may change of one vault, to put it back afterwards.
struct Whole {
    state: Vec<u8>,
    slots: Vec<drivekey_vault::store::SlotRow>,
    records: Vec<(RecordRow, Vec<u8>)>,
}

impl Whole {
    fn of(premises: &impl Premises) -> Self {
        let mut store = store_at(premises);
        let reader = store.read().unwrap();
        let records = reader.rows_after(0, 100).unwrap().rows.into_iter().map(Result::unwrap);
        let records = records.map(|row| (reader.sealed(row.handle).unwrap().unwrap(), row));
        Self {
            state: reader.vault().unwrap().1,
            slots: reader.slots().unwrap().rows,
            records: records.map(|(sealed, row)| (row, sealed)).collect(),
        }
    }

    fn put_back(&self, premises: &impl Premises) {
        let mut store = store_at(premises);
        let mut writer = store.write().unwrap();
        for row in writer.reader().rows_after(0, 100).unwrap().rows {
            writer.delete_record(&row.unwrap()).unwrap();
        }
        for (row, sealed) in &self.records {
            add(&mut *writer, row, sealed).unwrap();
        }
        for slot in writer.reader().slots().unwrap().rows {
            writer.delete_slot(slot.slot).unwrap();
        }
        for slot in &self.slots {
            writer.insert_slot(slot).unwrap();
        }
        writer.set_state(&self.state).unwrap();
        writer.commit().unwrap();
    }
}

fn act(premises: &impl Premises, act: Act) {
    let mut store = store_at(premises);
    let mut writer = store.write().unwrap();
    act(&mut *writer).unwrap();
    writer.commit().unwrap();
}

pub fn what_a_stranger_does_to_rows_is_named(premises: &impl Premises) {
    make_vault(premises, &no_memory());
    take(&mut vault_at(premises, &no_memory()), (0..RECORDS).map(known_incoming).collect());
    let known = Known::of(&mut vault_at(premises, &no_memory()));
    let sound = Whole::of(premises);
    let mut wrong = Vec::new();
    for (name, change, caught, fewer) in ACTS {
        act(premises, *change);
        let report = report(&ask_opened(locked_at(premises, &no_memory()), PASSPHRASE, &known));
        if report.calls != *caught || report.fewer != *fewer || !report.lies.is_empty() {
            wrong.push(format!("{name}: expected {caught:?} and {fewer:?}: {report:#?}"));
        }
        sound.put_back(premises);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let report = report(&ask_opened(locked_at(premises, &no_memory()), PASSPHRASE, &known));
    assert_eq!((report.calls.as_str(), report.lies), ("", Vec::new()), "put back, nothing is wrong");
    premises.malform(Row::Record(5));
    let report = crate::house::report(&ask_opened(locked_at(premises, &no_memory()), PASSPHRASE, &known));
    assert_eq!((report.calls.as_str(), report.lies), (ALL, Vec::new()), "a row out of form");
}

/// A record and the state gone: taken as it stands after the user said so, the vault is written to again.
pub fn what_a_stranger_did_is_repaired(premises: &impl Premises) {
    make_vault(premises, &no_memory());
    take(&mut vault_at(premises, &no_memory()), (0..4).map(known_incoming).collect());
    act(premises, |writer| {
        let (row, _) = whole(writer, 2);
        writer.delete_record(&row)?;
        writer.set_state(b"")
    });
    let mut vault = vault_at(premises, &no_memory());
    let refused = vault.take_in(vec![known_incoming(4)], crate::house::now(), drivekey_vault::Taking::Keep, |_| {});
    assert!(matches!(refused, Err(VaultError::Faults(_))), "{refused:?}");
    vault.repair().unwrap();
    take(&mut vault, vec![known_incoming(4)]);
    assert_eq!(whole_digits(&mut vault_at(premises, &no_memory())), [0, 2, 3, 4].map(known_digits));
}
