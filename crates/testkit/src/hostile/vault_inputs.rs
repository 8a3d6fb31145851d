//! What each target that opens a vault makes of the fuzzer's bytes: one function a target. Tests of the product give it
//! the kept corpora, too.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::pedantic,
    reason = "each target uses one of them; what fails here is what is sought"
)]

mod sealed;

pub use sealed::{STATE_PARTS, record, record_texts, state, state_text};

use crate::hostile::vaults::{age_seal, ask, base, checksum, look, slots, stranger, tighten};
use crate::house::{House, PASSPHRASE, handle, text, unlock};
use drivekey_vault::{Edit, Machine, Setting};
use rusqlite::types::Value;
use rusqlite::{Connection, params};

const PAGE_BYTES: usize = 4096;
/// Steps of one recipe: more only make a case slow.
const MOST_STEPS: usize = 48;

/// A recipe's bytes, zeros behind its end.
struct Recipe<'a>(&'a [u8]);

impl<'a> Recipe<'a> {
    fn byte(&mut self) -> usize {
        usize::from(self.take(1).first().copied().unwrap_or(0))
    }

    fn number(&mut self) -> usize {
        self.byte() << 8 | self.byte()
    }

    fn take(&mut self, most: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(most.min(self.0.len()));
        self.0 = rest;
        taken
    }
}

/// A vault file: any bytes that begin as one, or the sound one with bytes and pages changed, moved, cut and added.
pub fn vault(input: &[u8]) {
    let house = House::empty();
    if input.starts_with(b"SQLite format 3\0") {
        house.put(input);
        return ask(&house, &Machine::new(None));
    }
    let mut bytes = base().bytes.clone();
    let mut recipe = Recipe(input);
    for _ in 0..MOST_STEPS {
        if recipe.0.is_empty() {
            break;
        }
        change_file(&mut bytes, &mut recipe);
    }
    house.put(&bytes);
    ask(&house, &Machine::new(None));
}

fn change_file(bytes: &mut Vec<u8>, recipe: &mut Recipe<'_>) {
    let pages = (bytes.len() / PAGE_BYTES).max(1);
    let what = recipe.byte() % 9;
    let page = recipe.byte() % pages * PAGE_BYTES;
    // Where a page's own header begins: the first page has the file's before it.
    let head = if page == 0 { 100 } else { page };
    match what {
        0 => {
            let at = page + recipe.number() % PAGE_BYTES;
            let len = recipe.byte() % 32 + 1;
            put(bytes, at, recipe.take(len));
        }
        1 => {
            let from = recipe.byte() % pages * PAGE_BYTES;
            let copy = bytes.get(from..from + PAGE_BYTES).unwrap_or_default().to_vec();
            put(bytes, page, &copy);
        }
        2 => bytes.truncate(page + recipe.number() % PAGE_BYTES),
        3 => bytes.resize(bytes.len() + recipe.number() % (2 * PAGE_BYTES), recipe.byte() as u8),
        4 => {
            let len = recipe.byte() % 4 + 1;
            put(bytes, recipe.byte() % 100, recipe.take(len));
        }
        // The numbers of a page's head, and the places of its cells.
        5 => put(bytes, head + recipe.byte() % 12, &(recipe.number() as u16).to_be_bytes()),
        6 => put(bytes, head + 8 + recipe.byte() % 64 * 2, &(recipe.number() as u16).to_be_bytes()),
        // A page's number, in a cell or in the head.
        7 => {
            let at = page + recipe.number() % PAGE_BYTES;
            put(bytes, at, &(recipe.byte() as u32 % (pages as u32 + 2)).to_be_bytes());
        }
        // The count of pages, as the file's length says it.
        _ => {
            let count = (bytes.len() / PAGE_BYTES) as u32;
            put(bytes, 28, &count.to_be_bytes());
        }
    }
}

fn put(bytes: &mut [u8], at: usize, what: &[u8]) {
    if let Some(place) = bytes.get_mut(at..at + what.len()) {
        place.copy_from_slice(what);
    }
}

/// What lies beside a vault: any bytes as journal, log or index of a log; or its own journal of a broken-off write,
/// changed, beside the vault as that write left it or beside the sound one.
pub fn journal(input: &[u8]) {
    let mut recipe = Recipe(input);
    let what = recipe.byte();
    let base = base();
    let (torn, own_journal) = &base.torn;
    let own = what & 8 != 0;
    let before = if own && what & 16 != 0 { torn } else { &base.bytes };
    let house = House::empty();
    house.put(before);
    let beside =
        |end: &str, bytes: &[u8]| std::fs::write(house.folder().join(format!("vault.drivekey-{end}")), bytes).unwrap();
    if own {
        let mut bytes = own_journal.clone();
        for _ in 0..MOST_STEPS {
            if recipe.0.is_empty() {
                break;
            }
            change_journal(&mut bytes, &mut recipe);
        }
        beside("journal", &bytes);
    }
    let rest = recipe.0;
    match what % 4 {
        0 if !own => beside("journal", rest),
        0 => {}
        1 => beside("wal", rest),
        2 => beside("shm", rest),
        _ => {
            beside("wal", rest);
            beside("shm", &[0; 32768]);
        }
    }
    let machine = Machine::new(Some(house.folder().join("state")));
    // Not touched, or rolled back; where its own journal was changed where nobody looks, to a vault that is whole.
    let untouched = || house.bytes() == *before || house.bytes() == base.bytes || own && is_whole(&house, &machine);
    for _ in 0..2 {
        for step in crate::house::ask(&house.path(), machine.clone(), PASSPHRASE, &base.known) {
            assert!(!matches!(step.outcome, crate::house::Outcome::Lie(_)), "{step:?}");
        }
        assert!(untouched(), "what lies beside changed the vault");
    }
    let Ok(mut vault) = unlock(&house.path(), machine.clone(), PASSPHRASE) else { return };
    let edit = Edit { note: Setting::To(text("geschrieben")), ..Edit::default() };
    let Ok(written) = vault.edit(handle(1), edit) else {
        drop(vault);
        return assert!(untouched(), "a write that was refused changed the vault");
    };
    drop(vault);
    let mut vault = unlock(&house.path(), machine, PASSPHRASE).unwrap();
    assert_eq!(vault.entry(handle(1)).unwrap(), written);
    assert!(vault.verify(|_, _| {}).unwrap().faults.is_empty());
    look(&mut vault, true);
}

fn is_whole(house: &House, machine: &Machine) -> bool {
    unlock(&house.path(), machine.clone(), PASSPHRASE).is_ok_and(|mut vault| {
        let listed = vault.list(&crate::house::everything()).unwrap();
        listed.entries == base().known.entries && vault.verify(|_, _| {}).unwrap().faults.is_empty()
    })
}

fn change_journal(bytes: &mut Vec<u8>, recipe: &mut Recipe<'_>) {
    let at = recipe.number() % bytes.len().max(1);
    match recipe.byte() % 5 {
        0 => {
            let len = recipe.byte() % 16 + 1;
            put(bytes, at, recipe.take(len));
        }
        1 => bytes.truncate(at),
        2 => bytes.resize(bytes.len() + at % 9000, recipe.byte() as u8),
        // Its head: count of pages, nonce, size of the vault, sector, page.
        3 => put(bytes, 8 + recipe.byte() % 5 * 4, &(recipe.number() as u32).to_be_bytes()),
        _ => {
            let with = bytes.get(at..(at + 600).min(bytes.len())).unwrap_or_default().to_vec();
            put(bytes, recipe.number(), &with);
        }
    }
}

const SLOT_COLUMNS: [&str; 9] =
    ["slot_id", "kind", "memory_kib", "passes", "lanes", "salt", "check_value", "wrapped", "checksum"];

/// Slots: any value in any column, slots more and fewer, with checksums that are right again.
pub fn slot(input: &[u8]) {
    let house = House::empty();
    house.put(&base().loose);
    let connection = stranger(&house);
    let mut recipe = Recipe(input);
    for _ in 0..MOST_STEPS {
        if recipe.0.is_empty() {
            break;
        }
        change_slots(&connection, &mut recipe);
    }
    tighten(connection);
    ask(&house, &Machine::new(None));
}

fn change_slots(connection: &Connection, recipe: &mut Recipe<'_>) {
    let nth =
        "rowid = (SELECT rowid FROM slot ORDER BY kind, rowid LIMIT 1 OFFSET ?1 % (SELECT max(count(*), 1) FROM slot))";
    let (what, which) = (recipe.byte() % 8, recipe.byte() as u8);
    // A second slot of one name is refused by the index, and that is all right.
    let _ = match what {
        0..=2 => {
            let column = SLOT_COLUMNS[recipe.byte() % SLOT_COLUMNS.len()];
            connection.execute(&format!("UPDATE slot SET {column} = ?2 WHERE {nth}"), params![which, value(recipe)])
        }
        3 => connection.execute(&format!("DELETE FROM slot WHERE {nth}"), [which]),
        4 => {
            let id: Vec<u8> = (0..16).map(|_| recipe.byte() as u8).collect();
            let columns = SLOT_COLUMNS[1..].join(", ");
            connection.execute(
                &format!("INSERT INTO slot (slot_id, {columns}) SELECT ?2, {columns} FROM slot WHERE {nth}"),
                params![which, id],
            )
        }
        5 => {
            let wrapped = age_seal(&base().recipient, recipe.take(400));
            connection.execute(&format!("UPDATE slot SET wrapped = ?2 WHERE {nth}"), params![which, wrapped])
        }
        6 => {
            let column = ["vault_id", "state", "one"][usize::from(which) % 3];
            connection.execute(&format!("UPDATE vault SET {column} = ?1"), [value(recipe)])
        }
        _ => {
            for slot in slots(connection) {
                let (id, right) = (slot.0.1, checksum(&slot));
                connection
                    .execute("UPDATE slot SET checksum = ?2 WHERE slot_id = ?1", params![id.as_bytes(), right])
                    .unwrap();
            }
            Ok(0)
        }
    };
}

fn value(recipe: &mut Recipe<'_>) -> Value {
    const EDGES: [i64; 12] = [0, 1, 2, 3, 4, 64, 1024, 1025, -1, i64::MAX, i64::MIN, 1 << 32];
    match recipe.byte() % 8 {
        0 => Value::Null,
        1 => Value::Integer(EDGES[recipe.byte() % EDGES.len()]),
        2 => Value::Integer(recipe.number() as i64),
        3 => Value::Real(recipe.number() as f64 / 3.0),
        4 => Value::Text(String::from_utf8_lossy(recipe.take(40)).into_owned()),
        5 => Value::Blob(vec![recipe.byte() as u8; [16, 32][recipe.byte() % 2]]),
        6 => Value::Blob(vec![recipe.byte() as u8; recipe.number() % 9000]),
        _ => {
            let len = recipe.number() % 1000;
            Value::Blob(recipe.take(len).to_vec())
        }
    }
}
