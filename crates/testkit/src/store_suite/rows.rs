//! Rows that are written are read back the same.

use super::{Premises, Row, VAULT, add, item_row, make_rows, record_row, sealed_of, slot_row, state_of, store_at};
use drivekey_vault::store::{
    BATCH_BYTES, Damage, FirstRows, MOST_SLOTS_READ, NewRecord, RecordRow, StoreError, TokenColumn,
};

pub fn what_was_created_is_read_back(premises: &impl Premises) {
    assert!(matches!(premises.open(), Err(StoreError::Missing)));
    let place = make_rows(premises);
    let again = premises.create(&FirstRows { vault: VAULT, state: b"another", slots: &[] });
    assert!(matches!(again, Err(StoreError::Exists)), "{again:?}");
    let mut store = store_at(premises);
    assert_eq!((store.place(), store_at(premises).place()), (&place, &place));
    {
        let reader = store.read().unwrap();
        assert_eq!(reader.vault().unwrap(), (VAULT, b"first".to_vec()));
        let slots = reader.slots().unwrap();
        assert_eq!((slots.rows, slots.malformed.len(), slots.more), (vec![slot_row(1)], 0, false));
        let batch = reader.rows_after(0, 10).unwrap();
        assert!(batch.rows.is_empty() && batch.is_last && reader.items_after(0, 99).unwrap().rows.is_empty());
        assert_eq!((reader.row(1).unwrap(), reader.sealed(1).unwrap(), reader.content(1).unwrap()), (None, None, None));
        assert!(reader.sealed_after(0, 10).unwrap().is_empty());
    }
    store.check_structure().unwrap();
}

pub fn rows_come_back_as_they_were_written(premises: &impl Premises) {
    make_rows(premises);
    let rows: Vec<RecordRow> = [1, 2, 3, 4, 5, 6, 7, 8, 4_000_000_000, u32::MAX].map(|at| record_row(at, 2)).into();
    add(&mut *store_at(premises), &rows);
    let mut store = store_at(premises);
    let mut writer = store.write().unwrap();
    writer.insert_item(&item_row(1, 2), Some(b"content")).unwrap();
    writer.insert_item(&item_row(u32::MAX, 2), None).unwrap();
    writer.insert_slot(&slot_row(2)).unwrap();
    writer.commit().unwrap();
    let mut store = store_at(premises);
    store.check_structure().unwrap();
    let reader = store.read().unwrap();
    for row in &rows {
        assert_eq!(reader.row(row.handle).unwrap().as_ref(), Some(row));
        assert_eq!(reader.sealed(row.handle).unwrap(), Some(sealed_of(row)));
        for column in TokenColumn::ALL {
            let Some(token) = row.tokens.in_column(column) else { continue };
            let same = rows.iter().filter(|other| other.tokens.in_column(column) == Some(token));
            let same: Vec<_> = same.cloned().map(Ok).collect();
            assert_eq!(reader.rows_with(column, token).unwrap(), same, "{column:?} of {}", row.handle);
        }
    }
    assert!(reader.rows_with(TokenColumn::Device, &[0; 16]).unwrap().is_empty());
    for most in [1, 3, 9, 10, 11] {
        let (mut found, mut handles) = (Vec::new(), Vec::new());
        loop {
            let batch = reader.rows_after(found.last().map_or(0, |row: &RecordRow| row.handle), most).unwrap();
            assert!(batch.rows.len() <= most as usize && (batch.is_last || batch.rows.len() == most as usize));
            found.extend(batch.rows.into_iter().map(Result::unwrap));
            if batch.is_last {
                break;
            }
        }
        assert_eq!(found, rows, "{most} at a time");
        loop {
            let next = reader.sealed_after(handles.last().copied().unwrap_or(0), most).unwrap();
            handles.extend(&next);
            if next.len() < most as usize {
                break;
            }
        }
        assert_eq!(handles, rows.iter().map(|row| row.handle).collect::<Vec<_>>());
    }
    let items: Vec<_> = reader.items_after(0, 99).unwrap().rows.into_iter().map(Result::unwrap).collect();
    assert_eq!(items, [item_row(1, 2), item_row(u32::MAX, 2)]);
    for item in items {
        assert_eq!(reader.item(item.number).unwrap().as_ref(), Some(&item));
        assert_eq!(reader.item_named(item.item).unwrap(), Some(item));
    }
    assert_eq!((reader.item(2).unwrap(), reader.item_named(record_row(77, 2).record).unwrap()), (None, None));
    assert_eq!((reader.content(1).unwrap(), reader.content(u32::MAX).unwrap()), (Some(b"content".to_vec()), None));
    assert_eq!(reader.slots().unwrap().rows, [slot_row(1), slot_row(2)]);
}

pub fn what_is_replaced_and_deleted_is_gone(premises: &impl Premises) {
    make_rows(premises);
    let mut store = store_at(premises);
    let (old, other) = (record_row(2, 2), record_row(4, 2));
    add(&mut *store, &[old.clone(), other.clone()]);
    let mut new = RecordRow { record: old.record, ..record_row(2, 3) };
    new.tokens = record_row(14, 3).tokens;
    let mut writer = store.write().unwrap();
    writer.replace_record(&old, &new, b"sealed anew").unwrap();
    writer.delete_record(&other).unwrap();
    writer.insert_item(&item_row(1, 3), Some(b"content")).unwrap();
    writer.insert_item(&item_row(2, 3), Some(b"other")).unwrap();
    writer.replace_item(&item_row(1, 3), &item_row(1, 4)).unwrap();
    writer.delete_item(&item_row(2, 3)).unwrap();
    writer.delete_slot(slot_row(1).slot).unwrap();
    writer.set_state(b"second").unwrap();
    writer.rebuild_indexes().unwrap();
    writer.commit().unwrap();
    let mut store = store_at(premises);
    store.check_structure().unwrap();
    let reader = store.read().unwrap();
    assert_eq!((reader.row(2).unwrap(), reader.row(4).unwrap()), (Some(new.clone()), None));
    assert_eq!((reader.sealed(2).unwrap(), reader.sealed(4).unwrap()), (Some(b"sealed anew".to_vec()), None));
    for column in TokenColumn::ALL {
        let found = |row: &RecordRow| reader.rows_with(column, row.tokens.in_column(column).unwrap()).unwrap();
        let differs = old.tokens.in_column(column) != new.tokens.in_column(column);
        assert!(!differs || found(&old).is_empty(), "{column:?}: still found by what it was");
        assert_eq!(found(&new), [Ok(new.clone())], "{column:?}");
    }
    let items: Vec<_> = reader.items_after(0, 99).unwrap().rows.into_iter().map(Result::unwrap).collect();
    assert_eq!((items, reader.content(1).unwrap()), (vec![item_row(1, 4)], Some(b"content".to_vec())));
    assert_eq!((reader.content(2).unwrap(), reader.slots().unwrap().rows.len()), (None, 0));
    drop(reader);
    assert_eq!(state_of(&mut *store), b"second");
}

/// Somebody else changed a row since it was read, or it was never there. Nothing of such a write is kept.
pub fn rows_that_are_not_the_ones_read_are_refused(premises: &impl Premises) {
    make_rows(premises);
    let (row, item) = (record_row(1, 2), item_row(1, 2));
    add(&mut *store_at(premises), std::slice::from_ref(&row));
    let mut store = store_at(premises);
    let mut writer = store.write().unwrap();
    writer.insert_item(&item, None).unwrap();
    writer.commit().unwrap();
    let missing = |result: Result<(), StoreError>, what: &str| {
        assert!(matches!(result, Err(StoreError::Damaged(Damage::RowCount))), "{what}: {result:?}");
    };
    let taken = |result: Result<(), StoreError>, what: &str| {
        assert!(matches!(result, Err(StoreError::Damaged(Damage::Row))), "{what}: {result:?}");
    };
    let new =
        |row: RecordRow| store_at(premises).write().unwrap().insert_records(&[NewRecord { row: &row, sealed: b"" }]);
    let stale = record_row(1, 1);
    missing(store.write().unwrap().replace_record(&stale, &record_row(1, 3), b""), "another revision");
    let other = RecordRow { record: record_row(2, 2).record, ..row.clone() };
    missing(store.write().unwrap().replace_record(&other, &other, b""), "another record");
    missing(store.write().unwrap().replace_record(&record_row(2, 2), &record_row(2, 3), b""), "no record");
    missing(store.write().unwrap().delete_record(&record_row(2, 2)), "no record to delete");
    missing(store.write().unwrap().delete_record(&other), "another record to delete");
    missing(store.write().unwrap().replace_item(&item_row(1, 1), &item_row(1, 3)), "another item's revision");
    missing(store.write().unwrap().delete_item(&item_row(2, 2)), "no item to delete");
    missing(store.write().unwrap().delete_slot(slot_row(2).slot), "no slot to delete");
    taken(new(RecordRow { record: record_row(2, 2).record, ..row.clone() }), "a handle given twice");
    taken(new(RecordRow { handle: 2, ..row.clone() }), "a name given twice");
    taken(store.write().unwrap().insert_item(&item, None), "an item's number given twice");
    taken(store.write().unwrap().insert_slot(&slot_row(1)), "a slot's name given twice");
    store.check_structure().unwrap();
    let reader = store.read().unwrap();
    assert_eq!((reader.row(1).unwrap(), reader.sealed(1).unwrap()), (Some(row.clone()), Some(sealed_of(&row))));
    assert_eq!(
        (reader.rows_after(0, 9).unwrap().rows.len(), reader.items_after(0, 99).unwrap().rows),
        (1, vec![Ok(item)])
    );
}

pub fn a_batch_is_bounded_by_its_bytes(premises: &impl Premises) {
    make_rows(premises);
    let mut store = store_at(premises);
    let large = |handle| RecordRow { summary: vec![0; BATCH_BYTES / 5 - 1], ..record_row(handle, 2) };
    add(&mut *store, &(1..=8).map(large).collect::<Vec<_>>());
    let reader = store.read().unwrap();
    let first = reader.rows_after(0, 100).unwrap();
    assert_eq!((first.rows.len(), first.is_last), (6, false));
    let second = reader.rows_after(6, 100).unwrap();
    assert_eq!((second.rows.len(), second.is_last), (2, true));
}

pub fn slots_beyond_all_reason_are_told(premises: &impl Premises) {
    make_rows(premises);
    let mut store = store_at(premises);
    let most = u16::try_from(MOST_SLOTS_READ).unwrap();
    let mut writer = store.write().unwrap();
    for number in 2..=most {
        writer.insert_slot(&slot_row(number)).unwrap();
    }
    let all = writer.reader().slots().unwrap();
    assert_eq!((all.rows.len(), all.more), (usize::from(most), false));
    writer.insert_slot(&slot_row(most + 1)).unwrap();
    writer.commit().unwrap();
    let some = store.read().unwrap().slots().unwrap();
    assert_eq!((some.rows.len(), some.more), (usize::from(most), true));
}

pub fn a_row_out_of_form_hides_no_other(premises: &impl Premises) {
    make_rows(premises);
    let mut store = store_at(premises);
    add(&mut *store, &[record_row(2, 2), record_row(4, 2), record_row(6, 2)]);
    let mut writer = store.write().unwrap();
    writer.insert_item(&item_row(1, 2), None).unwrap();
    writer.insert_item(&item_row(2, 2), None).unwrap();
    writer.insert_slot(&slot_row(2)).unwrap();
    writer.commit().unwrap();
    drop(store);
    for row in [Row::Record(4), Row::Item(1), Row::Slot(slot_row(1).slot)] {
        premises.malform(row);
    }
    let mut store = store_at(premises);
    let reader = store.read().unwrap();
    let batch = reader.rows_after(0, 100).unwrap();
    assert_eq!(batch.rows, [Ok(record_row(2, 2)), Err(4), Ok(record_row(6, 2))]);
    assert!(batch.is_last && matches!(reader.row(4), Err(StoreError::Damaged(_))));
    assert_eq!(reader.row(6).unwrap(), Some(record_row(6, 2)));
    let device = *record_row(4, 2).tokens.device.as_ref().unwrap();
    assert_eq!(reader.rows_with(TokenColumn::Device, &device).unwrap(), [Err(4)]);
    assert_eq!(reader.items_after(0, 99).unwrap().rows, [Err(1), Ok(item_row(2, 2))]);
    assert!(matches!(reader.item(1), Err(StoreError::Damaged(_))));
    assert_eq!(reader.item(2).unwrap(), Some(item_row(2, 2)));
    let slots = reader.slots().unwrap();
    assert_eq!((slots.rows, slots.malformed.len()), (vec![slot_row(2)], 1));
    assert_eq!(slots.malformed[0].slot, slot_row(1).slot);
}
