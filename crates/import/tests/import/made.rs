//! Files of the kinds that people told of in public, made here with made-up keys: none gives a wrong pair, and of each
//! what is expected is read.
#![allow(clippy::unwrap_used, reason = "a test that cannot make its files has failed")]
#![allow(clippy::format_collect, clippy::too_many_lines, reason = "a list of files, each as it reads best")]

use std::fmt::Write as _;

use drivekey_import::{Candidate, Reading, Remark, could_hold, read};
use drivekey_record::{Guid, KeyId};

mod chats;
mod directories;
mod documents;
mod inventories;
mod logs;
mod notes;
mod passwords;
mod tables;

/// One file and what is expected of it.
struct Case {
    name: &'static str,
    file: &'static str,
    bytes: Vec<u8>,
    wanted: Vec<Wanted>,
}

/// One key, and what stands with it.
struct Wanted {
    key: String,
    id: Id,
    device: Option<&'static str>,
    drive: Option<&'static str>,
}

/// What is known of its ID.
enum Id {
    Whole(String),
    Begun(String),
    None,
}

/// Numbers that look random and are the same each time.
fn random(seed: u32) -> impl Iterator<Item = u16> {
    let mut state = u64::from(seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        u16::try_from(state >> 40 & 0xFFFF).unwrap()
    })
}

/// A made-up key.
fn key(seed: u32) -> String {
    let groups: Vec<String> = random(seed + 1).take(8).map(|group| format!("{:06}", u32::from(group) * 11)).collect();
    groups.join("-")
}

/// A made-up ID.
fn id(seed: u32) -> String {
    let bytes: Vec<u8> = random(seed + 70_001).take(8).flat_map(u16::to_be_bytes).collect();
    Guid::from_bytes(bytes.try_into().unwrap()).to_string()
}

fn case(name: &'static str, file: &'static str, bytes: impl Into<Vec<u8>>, wanted: Vec<Wanted>) -> Case {
    Case { name, file, bytes: bytes.into(), wanted }
}

fn whole(seed: u32) -> Wanted {
    Wanted { key: key(seed), id: Id::Whole(id(seed)), device: None, drive: None }
}

fn begun(seed: u32) -> Wanted {
    Wanted { id: Id::Begun(id(seed)[..8].to_owned()), ..whole(seed) }
}

fn bare(seed: u32) -> Wanted {
    Wanted { id: Id::None, ..whole(seed) }
}

impl Wanted {
    fn on(self, device: &'static str) -> Self {
        Self { device: Some(device), ..self }
    }

    fn at(self, drive: &'static str) -> Self {
        Self { drive: Some(drive), ..self }
    }

    fn is(&self, record: &Candidate) -> bool {
        record.password.expose_secret().as_str() == self.key
    }

    /// Whether the record's ID is another than it should be: the fault that is not forgiven.
    fn is_wrong(&self, record: &Candidate) -> bool {
        match (&record.key_id, &self.id) {
            (KeyId::Unknown, _) => false,
            (found, Id::Whole(id) | Id::Begun(id)) => !found.may_equal(&id.parse().unwrap()),
            (_, Id::None) => true,
        }
    }

    /// Whether it has an ID though nothing says which.
    fn is_taken(&self, record: &Candidate) -> bool {
        matches!(self.id, Id::None) && record.key_id != KeyId::Unknown
    }

    fn is_read(&self, record: &Candidate) -> bool {
        let id = match (&record.key_id, &self.id) {
            (KeyId::Full(guid), Id::Whole(id)) => guid.to_string() == *id,
            (KeyId::Prefix(prefix), Id::Begun(id)) => prefix.as_str() == id,
            (KeyId::Unknown, Id::None) => true,
            _ => false,
        };
        let same = |found: &Option<drivekey_record::LineText>, wanted: Option<&str>| {
            wanted.is_none() || found.as_ref().map(drivekey_record::LineText::as_str) == wanted
        };
        id && same(&record.device_name, self.device) && same(&record.mount_point, self.drive)
    }
}

/// All of them.
fn all() -> Vec<Case> {
    [
        tables::cases(),
        inventories::cases(),
        logs::cases(),
        notes::cases(),
        chats::cases(),
        passwords::cases(),
        documents::cases(),
        directories::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What is read is let through by the look that is taken at files on the way; cut or changed, none gives a wrong pair.
#[test]
fn made_up_files_are_let_through_and_survive_damage() {
    for case in all() {
        assert!(case.wanted.is_empty() || could_hold(Some(case.file), &case.bytes), "{}", case.name);
        for step in 1..40 {
            let at = case.bytes.len() * step / 40;
            let mut changed = case.bytes.clone();
            changed[at] ^= 0x11;
            for bytes in [&case.bytes[..at], &changed] {
                let reading = read(Some(case.file), bytes);
                // A digit of an ID may have become another.
                let known =
                    |record: &Candidate| case.wanted.iter().any(|wanted| wanted.is(record) && !wanted.is_taken(record));
                assert!(
                    reading.records.iter().all(known),
                    "{} at {at}: {:?}\n{}",
                    case.name,
                    reading.records,
                    String::from_utf8_lossy(bytes)
                );
            }
        }
    }
}

#[test]
fn made_up_files_of_these_kinds_are_read() {
    let cases = all();
    let (mut table, mut wrong, mut unread) = (String::new(), 0, 0);
    for case in &cases {
        let reading = read(Some(case.file), &case.bytes);
        let (is_wrong, is_read) = judge(case, &reading);
        wrong += usize::from(is_wrong);
        unread += usize::from(!is_read);
        let verdict = if is_wrong {
            "WRONG "
        } else if is_read {
            "  ok  "
        } else {
            "unread"
        };
        let _ = writeln!(table, "{verdict} {}", case.name);
        if is_wrong || !is_read {
            let _ = writeln!(table, "{}", shown(case, &reading));
        }
    }
    println!("{table}");
    assert!(cases.len() >= 60, "only {} files", cases.len());
    assert!(wrong == 0 && unread * 20 <= cases.len(), "{wrong} wrong, {unread} unread of {}:\n{table}", cases.len());
}

/// Whether a pair is wrong, and whether all is read.
fn judge(case: &Case, reading: &Reading) -> (bool, bool) {
    let wanted_of = |record: &Candidate| case.wanted.iter().find(|wanted| wanted.is(record));
    let is_wrong = reading.records.iter().any(|record| wanted_of(record).is_none_or(|wanted| wanted.is_wrong(record)));
    let is_read = reading.records.len() == case.wanted.len()
        && reading.records.iter().all(|record| wanted_of(record).is_some_and(|wanted| wanted.is_read(record)));
    (is_wrong, is_read)
}

fn shown(case: &Case, reading: &Reading) -> String {
    let records = reading.records.iter().map(|record| {
        format!(
            "        {} {} on {:?} at {:?}, perhaps {:?}\n",
            record.password.expose_secret().as_str(),
            record.key_id,
            record.device_name,
            record.mount_point,
            record.key_id_candidates
        )
    });
    let codes: Vec<&str> = reading.remarks.iter().map(Remark::code).collect();
    let text: String = String::from_utf8_lossy(&case.bytes).chars().take(900).collect();
    format!("{}        {codes:?}\n{text}\n", records.collect::<String>())
}
