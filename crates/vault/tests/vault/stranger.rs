//! What a stranger sees: no name, Key ID, label, note, tag, file name, date or digit stands in the file or in its
//! journal, caught in the middle of a write; what was edited or purged leaves nothing behind.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use drivekey_testkit::house::{House, handle, known_device, known_digits, known_incoming, known_key_id, now, text};
use drivekey_vault::{Edit, Setting, Taking, Unlocked, Vault};

const RECORDS: u32 = 8;
type Act = Box<dyn FnOnce(&mut Vault<Unlocked>) + Send>;

const OTHERS: [&str; 5] = ["Neuer-Rechner", "Neue-Bemerkung", "Neues-Stichwort", "Neue-Bezeichnung", "Zweiter-Zugang"];

/// Everything that must not be seen, in every form in which it might lie there.
fn needles() -> Vec<Vec<u8>> {
    let mut texts: Vec<String> = OTHERS.map(str::to_owned).to_vec();
    let mut needles = Vec::new();
    for number in 0..RECORDS {
        let (digits, key_id) = (known_digits(number), known_key_id(number));
        texts.extend([known_device(number), format!("Bezeichnung-{number}"), format!("Bemerkung-{number}")]);
        texts.extend([format!("Stichwort-{number}"), format!("Quelldatei-{number}")]);
        texts.extend([
            digits.replace('-', ""),
            digits.clone(),
            key_id.clone(),
            key_id.replace('-', ""),
            key_id[..8].to_owned(),
        ]);
        let groups: Vec<u16> =
            digits.split('-').map(|group| u16::try_from(group.parse::<u32>().unwrap() / 11).unwrap()).collect();
        needles.push(groups.iter().flat_map(|group| group.to_le_bytes()).collect());
        needles.push(groups.iter().flat_map(|group| group.to_be_bytes()).collect());
        let hex = key_id.replace('-', "");
        let big: Vec<u8> = (0..16).map(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).unwrap()).collect();
        // Windows keeps the first three parts of a GUID with their bytes turned round.
        let mixed = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map(|at: usize| big[at]).to_vec();
        needles.extend([big, mixed]);
    }
    texts.extend([now().format("%Y-%m-%d").to_string(), "operatingSystem".to_owned(), "AGE-SECRET-KEY".to_owned()]);
    for text in texts {
        for text in [text.clone(), text.to_lowercase(), text.to_uppercase()] {
            needles.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
            needles.push(text.into_bytes());
        }
    }
    needles
}

fn seen(bytes: &[u8], needles: &[Vec<u8>]) -> Vec<String> {
    let mut first = vec![Vec::new(); 256];
    for needle in needles {
        first[usize::from(needle[0])].push(needle);
    }
    let at = |at: usize| first[usize::from(bytes[at])].iter().filter(move |needle| bytes[at..].starts_with(needle));
    (0..bytes.len()).flat_map(at).map(|needle| String::from_utf8_lossy(needle).into_owned()).collect()
}

fn journal(house: &House) -> PathBuf {
    house.folder().join("vault.drivekey-journal")
}

/// Runs a write that cannot finish while a reader holds the file, and looks at the file and the journal meanwhile.
fn caught_in_the_act(house: &House, act: impl FnOnce(&mut Vault<Unlocked>) + Send) -> (Vec<u8>, Vec<u8>) {
    let reader = house.stranger();
    let mut vault = house.open();
    reader.execute_batch("BEGIN; SELECT count(*) FROM record").unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| act(&mut vault));
        let started = Instant::now();
        while fs::metadata(journal(house)).map_or(0, |meta| meta.len()) < 4096 {
            assert!(started.elapsed() < Duration::from_secs(4), "no journal");
        }
        // The last pages come a moment after the first.
        std::thread::sleep(Duration::from_millis(50));
        let caught = (house.bytes(), fs::read(journal(house)).unwrap());
        reader.execute_batch("COMMIT").unwrap();
        caught
    })
}

#[test]
fn nothing_is_seen_in_the_file_or_its_journal() {
    let needles = needles();
    let house = House::new();
    assert!(!seen(b"x STATION-00", &needles).is_empty(), "the search itself works");
    let mut caught = Vec::new();
    let mut vault = house.open();
    let all = (0..RECORDS).map(known_incoming).collect();
    vault.take_in(all, now(), Taking::Keep, |_| caught.push(fs::read(journal(&house)).unwrap())).unwrap();
    assert!(caught.iter().any(|journal| journal.len() > 4096), "no journal was caught");
    drop(vault);
    caught.push(house.bytes());
    let edit = Edit {
        device_name: Setting::To(text(OTHERS[0])),
        note: Setting::To(text(OTHERS[1])),
        add_tags: vec![text(OTHERS[2])],
        volume_label: Setting::To(text(OTHERS[3])),
        ..Edit::default()
    };
    let acts: [Act; 5] = [
        Box::new(move |vault| {
            vault.edit(handle(1), edit).unwrap();
        }),
        Box::new(|vault| {
            vault.remove(handle(2), now()).unwrap();
        }),
        Box::new(|vault| vault.purge(&[handle(2)]).unwrap()),
        Box::new(|vault| {
            vault
                .add_passphrase(
                    &drivekey_testkit::house::secret("second"),
                    drivekey_testkit::house::LIMITS.floor,
                    Some(text(OTHERS[4])),
                )
                .unwrap();
        }),
        Box::new(|vault| {
            vault
                .change_passphrase(
                    &drivekey_testkit::house::secret(drivekey_testkit::house::PASSPHRASE),
                    drivekey_testkit::house::LIMITS.floor,
                )
                .unwrap();
        }),
    ];
    for act in acts {
        let (file, journal) = caught_in_the_act(&house, act);
        caught.extend([file, journal, house.bytes()]);
    }
    for bytes in &caught {
        assert_eq!(seen(bytes, &needles), Vec::<String>::new());
    }
    assert!(!journal(&house).exists());
    assert!(house.open().verify(|_, _| {}).unwrap().faults.is_empty());
}

#[test]
fn what_was_replaced_or_purged_leaves_no_bytes_behind() {
    let house = House::with(RECORDS);
    let blobs = |number: u32| -> Vec<Vec<u8>> {
        let sql = "SELECT age, summary, key_id_token FROM record JOIN sealed USING (handle) WHERE handle = ?1";
        house.stranger().query_one(sql, [number], |row| Ok(vec![row.get(0)?, row.get(1)?, row.get(2)?])).unwrap()
    };
    let slot = || -> Vec<Vec<u8>> {
        house
            .stranger()
            .query_one("SELECT wrapped, salt FROM slot", [], |row| Ok(vec![row.get(0)?, row.get(1)?]))
            .unwrap()
    };
    // A large blob is cut into pages: its pieces are looked for.
    let left = |blobs: &[Vec<u8>]| {
        let bytes = house.bytes();
        let pieces: Vec<Vec<u8>> = blobs
            .iter()
            .flat_map(|blob| blob.chunks(16))
            .filter(|piece| piece.len() == 16)
            .map(<[u8]>::to_vec)
            .collect();
        // Every age file begins with the same words.
        let own: Vec<Vec<u8>> = pieces
            .into_iter()
            .filter(|piece| !b"age-encryption.org/v1\n-> X25519 ".windows(16).any(|words| words == piece))
            .collect();
        seen(&bytes, &own).len()
    };
    let (one, two, old_slot) = (blobs(1), blobs(2), slot());
    assert!(left(&one) > 20 && left(&old_slot) > 10, "the search itself works");
    let mut vault = house.open();
    let edit = Edit { note: Setting::To(text("x")), key_id: Some(drivekey_record::KeyId::Unknown), ..Edit::default() };
    vault.edit(handle(1), edit).unwrap();
    vault.remove(handle(2), now()).unwrap();
    let removed = blobs(2);
    vault.purge(&[handle(2)]).unwrap();
    vault.change_passphrase(&drivekey_testkit::house::secret("other"), drivekey_testkit::house::LIMITS.floor).unwrap();
    assert_eq!([left(&one), left(&two), left(&removed), left(&old_slot)], [0; 4]);
}
