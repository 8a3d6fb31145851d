//! Targets for what is read behind a seal: the state of a vault, and its records.

use crate::hostile::vaults::{age_seal, base, look, stranger};
use crate::house::{House, PASSPHRASE, handle, known_incoming, now, text, unlock};
use drivekey_record::{RecordId, Revision, VaultId};
use drivekey_vault::seal::{Binding, SealedSummary, Token, sha256};
use drivekey_vault::{Edit, Machine, Setting, Taking};
use rusqlite::{Connection, params};

/// The text with what is made at random in each vault at the places of the bytes 1, 2, 3…
fn filled(input: &[u8], with: &[&str]) -> Vec<u8> {
    let mut filled = Vec::with_capacity(input.len());
    for byte in input {
        match with.get(usize::from(*byte).wrapping_sub(1)) {
            Some(text) => filled.extend_from_slice(text.as_bytes()),
            None => filled.push(*byte),
        }
    }
    filled
}

fn state_place() -> Vec<u8> {
    [&b"drivekey/1/state"[..], &base().vault].concat()
}

/// What the sound vault's state says, and its parts that differ in each vault.
pub fn state_text() -> (serde_json::Value, Vec<String>) {
    let house = House::empty();
    house.put(&base().bytes);
    let sealed: Vec<u8> = house.stranger().query_row("SELECT state FROM vault", [], |row| row.get(0)).unwrap();
    let state: serde_json::Value = serde_json::from_slice(&base().unseal("state", &sealed, &state_place())).unwrap();
    let parts = STATE_PARTS.map(|part| state[part].to_string());
    (state, parts.to_vec())
}

pub const STATE_PARTS: [&str; 5] = ["slots", "writes", "total", "itemTotal", "recipient"];

/// The state's text, sealed by somebody who has the root: read, written on and repaired.
pub fn state(input: &[u8]) {
    static PARTS: std::sync::OnceLock<Vec<String>> = std::sync::OnceLock::new();
    let parts: Vec<&str> = PARTS.get_or_init(|| state_text().1).iter().map(String::as_str).collect();
    let house = House::empty();
    house.put(&base().bytes);
    let sealed = base().seal("state", &filled(input, &parts), &state_place());
    stranger(&house).execute("UPDATE vault SET state = ?1", [sealed]).unwrap();
    let machine = Machine::new(None);
    let before = house.bytes();
    let Ok(mut vault) = unlock(&house.path(), machine.clone(), PASSPHRASE) else { return };
    look(&mut vault, true);
    drop(vault);
    assert!(house.bytes() == before, "reading changed the file");
    let mut vault = unlock(&house.path(), machine.clone(), PASSPHRASE).unwrap();
    let edit = Edit { note: Setting::To(text("geschrieben")), ..Edit::default() };
    let _ = (
        vault.edit(handle(1), edit),
        vault.take_in(vec![known_incoming(0), known_incoming(9)], now(), Taking::Keep, |_| {}),
    );
    let _ = vault.undo_import(now());
    let repaired = vault.repair();
    drop(vault);
    let mut vault = unlock(&house.path(), machine, PASSPHRASE).unwrap();
    if repaired.is_ok() {
        assert_eq!(vault.faults(), []);
    }
    let expected = |number: u32| base().digits_of(handle(number)).map(str::to_owned);
    for entry in vault.list(&crate::house::everything()).unwrap().entries {
        if let (Some(known), Ok(revealed)) =
            (expected(entry.handle.number()), drivekey_vault::reveal::reveal(&mut vault, &entry))
        {
            assert_eq!(revealed.key.as_str(), known);
        }
    }
}

/// What the sound vault's first record, its summary and its items say, with the bytes 1, 2, 3… for what differs in
/// each.
pub fn record_texts() -> Vec<(u8, Vec<u8>)> {
    let house = House::empty();
    house.put(&base().bytes);
    let rows = Rows::of(&house.stranger());
    let swap = |mut text: Vec<u8>, with: &[&str]| {
        while text.last() == Some(&b' ') {
            text.pop();
        }
        let mut text = String::from_utf8(text).unwrap();
        for (number, part) in (1_u8..).zip(with) {
            text = text.replace(part, &char::from(number).to_string());
        }
        text.into_bytes()
    };
    let parts = rows.parts();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let mut texts = vec![
        (0, swap(crate::hostile::vaults::age_open(&base().identity, &rows.sealed), &parts)),
        (1, swap(rows.summary_text.clone(), &parts)),
    ];
    texts.extend(
        rows.items
            .iter()
            .map(|item| (2 + item.number as u8, item.text.clone()))
            .map(|(kind, text)| (kind, swap(text, &[]))),
    );
    texts
}

struct Rows {
    record: [u8; 16],
    revision: u32,
    sealed: Vec<u8>,
    summary_text: Vec<u8>,
    digits_token: [u8; 16],
    items: Vec<ItemText>,
}

struct ItemText {
    number: u32,
    item: [u8; 16],
    revision: u32,
    content_sha256: [u8; 32],
    text: Vec<u8>,
}

impl ItemText {
    fn place(&self) -> Vec<u8> {
        let (revision, number) = (self.revision.to_be_bytes(), self.number.to_be_bytes());
        [b"drivekey/1/item\0".as_slice(), &base().vault, &self.item, &revision, &number, &self.content_sha256].concat()
    }
}

fn summary_place(record: &[u8; 16], revision: u32, sealed_sha256: &[u8]) -> Vec<u8> {
    [b"drivekey/1/summ\0".as_slice(), &base().vault, record, &revision.to_be_bytes(), sealed_sha256].concat()
}

impl Rows {
    fn of(connection: &Connection) -> Self {
        let sql = "SELECT record_id, revision, sealed_sha256, summary, digits_token, age FROM record JOIN sealed \
                   USING (handle) WHERE handle = 1";
        let mut rows = connection
            .query_row(sql, [], |row| {
                let (record, revision, beside): ([u8; 16], u32, [u8; 32]) = (row.get(0)?, row.get(1)?, row.get(2)?);
                let summary: Vec<u8> = row.get(3)?;
                let summary_text = base().unseal("summary", &summary, &summary_place(&record, revision, &beside));
                Ok(Self {
                    record,
                    revision,
                    sealed: row.get(5)?,
                    summary_text,
                    digits_token: row.get(4)?,
                    items: Vec::new(),
                })
            })
            .unwrap();
        let mut statement =
            connection.prepare("SELECT number, item_id, revision, content_sha256, summary FROM item").unwrap();
        let items = statement.query_map([], |row| {
            let mut item = ItemText {
                number: row.get(0)?,
                item: row.get(1)?,
                revision: row.get(2)?,
                content_sha256: row.get(3)?,
                text: Vec::new(),
            };
            item.text = base().unseal("item", &row.get::<_, Vec<u8>>(4)?, &item.place());
            Ok(item)
        });
        rows.items = items.unwrap().map(Result::unwrap).collect();
        rows
    }

    fn parts(&self) -> [String; 3] {
        [
            VaultId::from_bytes(base().vault).to_string(),
            RecordId::from_bytes(self.record).to_string(),
            String::from(Token::from_bytes(self.digits_token)),
        ]
    }
}

/// The text of a record, its summary or an item, sealed by somebody who has the root. A first byte says which.
pub fn record(input: &[u8]) {
    static ROWS: std::sync::OnceLock<Rows> = std::sync::OnceLock::new();
    let base = base();
    let house = House::empty();
    house.put(&base.bytes);
    let rows = ROWS.get_or_init(|| Rows::of(&house.stranger()));
    let parts = rows.parts();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let Some((which, input)) = input.split_first() else { return };
    let text = filled(input, &parts);
    let connection = stranger(&house);
    match which % 6 {
        0 => put_record(&connection, rows, &age_seal(&base.recipient, &text), &rows.summary_text),
        1 => put_record(&connection, rows, &rows.sealed, &text),
        number => {
            let Some(item) = rows.items.get(usize::from(number) - 2) else { return };
            let sealed = base.seal("item", &text, &item.place());
            connection.execute("UPDATE item SET summary = ?2 WHERE number = ?1", params![item.number, sealed]).unwrap();
        }
    }
    drop(connection);
    let before = house.bytes();
    let mut vault = unlock(&house.path(), Machine::new(None), PASSPHRASE).unwrap();
    look(&mut vault, true);
    drop(vault);
    assert!(house.bytes() == before, "reading changed the file");
    // With count and totals taken as they are, what is hostile comes to where it is used.
    let mut vault = unlock(&house.path(), Machine::new(None), PASSPHRASE).unwrap();
    let _ = vault.repair();
    look(&mut vault, true);
    let edit = Edit { note: Setting::To(crate::house::text("geschrieben")), ..Edit::default() };
    let _ = (
        vault.edit(handle(1), edit),
        vault.take_in(vec![known_incoming(0), known_incoming(9)], now(), Taking::Keep, |_| {}),
    );
    let _ = (vault.undo_import(now()), vault.remove(handle(1), now()), vault.purge(&[handle(1)]));
    let _ = vault.verify(|_, _| {});
}

/// The first record's row, whole again around these two.
fn put_record(connection: &Connection, rows: &Rows, sealed: &[u8], summary_text: &[u8]) {
    let beside = sha256(sealed);
    let summary = base().seal("summary", summary_text, &summary_place(&rows.record, rows.revision, &beside));
    connection.execute("UPDATE sealed SET age = ?1 WHERE handle = 1", [sealed]).unwrap();
    connection
        .execute("UPDATE record SET sealed_sha256 = ?1, summary = ?2 WHERE handle = 1", params![beside, summary])
        .unwrap();
    let binding = Binding {
        vault: VaultId::from_bytes(base().vault),
        record: RecordId::from_bytes(rows.record),
        revision: Revision::new(rows.revision).unwrap(),
    };
    // Where the summary can be read, the index agrees with it.
    if let Ok(read) = SealedSummary::from_bytes(summary).unseal(&base().root, binding, &beside) {
        let tokens = base().root.tokens(&read.details, read.digits_token);
        let bytes = |token: Option<Token>| token.map(|token| token.as_bytes().to_vec());
        let sql = "UPDATE record SET device_token = ?1, device_type_token = ?2, key_id_token = ?3, prefix_token = ?4, \
                   folded_prefix_token = ?5, digits_token = ?6 WHERE handle = 1";
        let values = params![
            bytes(tokens.device),
            bytes(tokens.device_type),
            bytes(tokens.key_id),
            bytes(tokens.prefix),
            bytes(tokens.folded_prefix),
            tokens.digits.as_bytes()
        ];
        connection.execute(sql, values).unwrap();
    }
}
