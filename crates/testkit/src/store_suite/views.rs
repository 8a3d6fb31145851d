//! Who sees what when: one view for a reader, one writer at a time, and all of a write or nothing.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use super::{Premises, add, item_row, make_rows, record_row, sealed_of, set_state, slot_row, state_of, store_at};
use drivekey_vault::store::{NewRecord, Store};

/// Long enough for another thread to have tried.
const A_WHILE: Duration = Duration::from_millis(150);
const WRITERS: usize = 4;
const WRITES: usize = 5;

pub fn a_write_that_is_dropped_keeps_nothing(premises: &impl Premises) {
    make_rows(premises);
    let mut store = store_at(premises);
    add(&mut *store, &[record_row(1, 2)]);
    {
        let mut writer = store.write().unwrap();
        let new = record_row(2, 3);
        writer.insert_records(&[NewRecord { row: &new, sealed: &sealed_of(&new) }]).unwrap();
        writer.replace_record(&record_row(1, 2), &record_row(1, 3), b"anew").unwrap();
        writer.insert_item(&item_row(1, 3), Some(b"content")).unwrap();
        writer.insert_slot(&slot_row(2)).unwrap();
        writer.set_state(b"second").unwrap();
        writer.rebuild_indexes().unwrap();
    }
    for mut store in [store, store_at(premises)] {
        store.check_structure().unwrap();
        let reader = store.read().unwrap();
        assert_eq!(reader.rows_after(0, 10).unwrap().rows, [Ok(record_row(1, 2))]);
        assert_eq!(reader.sealed(1).unwrap(), Some(sealed_of(&record_row(1, 2))));
        assert_eq!((reader.sealed(2).unwrap(), reader.content(1).unwrap()), (None, None));
        assert!(reader.items_after(0, 99).unwrap().rows.is_empty());
        assert_eq!(reader.slots().unwrap().rows, [slot_row(1)]);
        drop(reader);
        assert_eq!(state_of(&mut *store), b"first");
    }
}

pub fn a_writer_sees_its_own_rows_and_nobody_else_before_the_commit(premises: &impl Premises) {
    make_rows(premises);
    let (mut store, mut other) = (store_at(premises), store_at(premises));
    let mut writer = store.write().unwrap();
    let row = record_row(2, 2);
    writer.insert_records(&[NewRecord { row: &row, sealed: b"sealed" }]).unwrap();
    writer.set_state(b"second").unwrap();
    let own = writer.reader();
    assert_eq!((own.row(2).unwrap().as_ref(), own.sealed(2).unwrap()), (Some(&row), Some(b"sealed".to_vec())));
    assert_eq!(own.rows_after(0, 9).unwrap().rows, [Ok(row.clone())]);
    assert_eq!(own.vault().unwrap().1, b"second");
    assert_eq!((state_of(&mut *other), other.read().unwrap().row(2).unwrap()), (b"first".to_vec(), None));
    writer.commit().unwrap();
    assert_eq!((state_of(&mut *other), other.read().unwrap().row(2).unwrap()), (b"second".to_vec(), Some(row)));
}

pub fn a_view_does_not_change_while_another_writes(premises: &impl Premises) {
    make_rows(premises);
    let mut store = store_at(premises);
    thread::scope(|scope| {
        let reader = store.read().unwrap();
        assert_eq!(reader.vault().unwrap().1, b"first");
        // Where readers keep a writer from committing it waits; elsewhere it is done at once.
        let writing = scope.spawn(|| {
            let mut store = store_at(premises);
            add(&mut *store, &[record_row(1, 2)]);
            set_state(&mut *store, b"second");
        });
        thread::sleep(A_WHILE);
        assert_eq!((reader.vault().unwrap().1, reader.row(1).unwrap()), (b"first".to_vec(), None));
        assert!(reader.rows_after(0, 9).unwrap().rows.is_empty());
        drop(reader);
        writing.join().unwrap();
    });
    assert_eq!(state_of(&mut *store), b"second");
}

pub fn a_held_view_goes_on_until_it_is_released(premises: &impl Premises) {
    make_rows(premises);
    let mut store = store_at(premises);
    thread::scope(|scope| {
        assert_eq!(store.read_held().unwrap().vault().unwrap().1, b"first");
        let writing = scope.spawn(|| set_state(&mut *store_at(premises), b"second"));
        thread::sleep(A_WHILE);
        assert_eq!(store.read_held().unwrap().vault().unwrap().1, b"first");
        store.release();
        writing.join().unwrap();
        assert_eq!(store.read_held().unwrap().vault().unwrap().1, b"second");
    });
    // A write ends the view that is held: what it reads is the latest.
    set_state(&mut *store, b"third");
    assert_eq!(store.read_held().unwrap().vault().unwrap().1, b"third");
}

/// Each writer adds one to a number: none may write over what it has not read.
pub fn writers_wait_for_each_other_and_lose_nothing(premises: &impl Premises) {
    make_rows(premises);
    set_state(&mut *store_at(premises), b"0");
    let begin = Barrier::new(WRITERS);
    let raise = |store: &mut dyn Store| {
        let mut writer = store.write().unwrap();
        let number: usize = String::from_utf8(writer.reader().vault().unwrap().1).unwrap().parse().unwrap();
        thread::sleep(Duration::from_millis(2));
        writer.set_state((number + 1).to_string().as_bytes()).unwrap();
        writer.commit().unwrap();
    };
    thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                let mut store = store_at(premises);
                begin.wait();
                (0..WRITES).for_each(|_| raise(&mut *store));
            });
        }
    });
    assert_eq!(state_of(&mut *store_at(premises)), (WRITERS * WRITES).to_string().as_bytes());
}
