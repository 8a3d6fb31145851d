//! The secrets of a vault itself, worked out from its file and passphrase by `docs/FORMAT.md`, and where they stand in
//! a process's memory. Shares no code with the product.

use std::collections::BTreeMap;
use std::path::Path;

use age::secrecy::ExposeSecret;
use bech32::primitives::decode::CheckedHrpstring;
use drivekey_sheet::{Scanned, read_scan};
use sha2::block_api::compress256;

use super::Memory;

/// Any row of so many bytes of a key is a leak.
const PART_BYTES: usize = 8;
/// Labels of the keys that an open vault holds as they are.
const HELD: [&str; 3] = ["summary", "state", "item"];
/// Labels of those that become a MAC.
const MACS: [&str; 2] = ["index", "total"];
const BLOCK_BYTES: usize = 64;

/// The secrets of one vault.
pub(crate) struct VaultKeys {
    /// What an open vault needs, and how often that stands in it.
    held: BTreeMap<String, (Vec<u8>, usize)>,
    /// What it needs only while it is opened.
    passing: BTreeMap<String, Vec<u8>>,
}

impl VaultKeys {
    /// Those of a child's vault.
    pub(crate) fn beside(folder: &Path) -> Self {
        Self::of(
            &folder.join("vault.drivekey"),
            std::fs::read_to_string(folder.join("passphrase.txt")).unwrap().trim_end(),
        )
    }

    /// Those of the vault whose only passphrase this is.
    pub(crate) fn of(vault: &Path, passphrase: &str) -> Self {
        let connection =
            rusqlite::Connection::open_with_flags(vault, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let id: Vec<u8> = connection.query_row("SELECT vault_id FROM vault", [], |row| row.get(0)).unwrap();
        let slot = "SELECT memory_kib, passes, lanes, salt, wrapped FROM slot WHERE kind = 1";
        let (memory_kib, passes, lanes, salt, wrapped): (u32, u32, u32, Vec<u8>, Vec<u8>) = connection
            .query_row(slot, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
            .unwrap();
        let params = argon2::Params::new(memory_kib, passes, lanes, Some(64)).unwrap();
        let mut derived = [0; 64];
        let argon2 = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
        argon2.hash_password_into(passphrase.as_bytes(), &salt, &mut derived).unwrap();
        let slot_text =
            bech32::encode::<bech32::Bech32>(bech32::Hrp::parse("age-secret-key-").unwrap(), &derived[..32]).unwrap();
        let slot_identity: age::x25519::Identity = slot_text.parse().unwrap();
        let file = String::from_utf8(age::decrypt(&slot_identity, &wrapped).unwrap()).unwrap();
        let root_text = file.lines().last().unwrap().to_owned();
        let root = CheckedHrpstring::new::<bech32::Bech32>(&root_text).unwrap().byte_iter().collect::<Vec<u8>>();
        let derive = |label: &str| {
            let mut key = vec![0; 32];
            hkdf::Hkdf::<sha2::Sha256>::new(Some(&id), &root)
                .expand(format!("drivekey/1/{label}").as_bytes(), &mut key)
                .unwrap();
            key
        };
        let mut held = BTreeMap::from([("root".to_owned(), (root.clone(), 1))]);
        held.extend(HELD.map(|label| (format!("{label} key"), (derive(label), 1))));
        let mut passing = BTreeMap::from([
            ("slot identity".to_owned(), derived[..32].to_vec()),
            ("slot check key".to_owned(), derived[32..].to_vec()),
            ("root as text".to_owned(), root_text.clone().into_bytes()),
            ("root as small text".to_owned(), root_text.to_ascii_lowercase().into_bytes()),
            ("slot identity as text".to_owned(), slot_text.to_ascii_uppercase().into_bytes()),
            ("slot identity as small text".to_owned(), slot_text.into_bytes()),
        ]);
        // A salted HKDF goes through one more key.
        passing.insert("extracted key".to_owned(), hkdf::Hkdf::<sha2::Sha256>::extract(Some(&id), &root).0.to_vec());
        for label in MACS {
            let key = derive(label);
            // HMAC keeps what SHA-256 made of the padded key, which serves as well as the key; the inner half as it
            // goes on from there, too.
            for (half, pad, times) in [("inner", 0x36, 2), ("outer", 0x5c, 1)] {
                held.insert(format!("{label} MAC, {half}"), (padded_state(&key, pad), times));
            }
            passing.insert(format!("{label} key"), key);
        }
        Self { held, passing }
    }

    /// The kit on this page, too.
    pub(crate) fn with_kit(mut self, page: &Path) -> Self {
        let found = read_scan(&std::fs::read(page).unwrap()).unwrap();
        let kit = found.iter().find_map(|one| if let Scanned::Kit(kit) = one { Some(kit) } else { None }).unwrap();
        let text = kit.secret().expose_secret().to_owned();
        let bytes = CheckedHrpstring::new::<bech32::Bech32>(&text).unwrap().byte_iter().collect();
        self.passing.insert("kit".to_owned(), bytes);
        self.passing.insert("kit as small text".to_owned(), text.to_ascii_lowercase().into_bytes());
        self.passing.insert("kit as text".to_owned(), text.into_bytes());
        self
    }

    /// After the vault was shut: nothing of it anywhere.
    pub(crate) fn none_in(&self, memory: &Memory, when: &str) {
        let all = self.held.iter().map(|(name, (key, _))| (name, key)).chain(&self.passing);
        let found = memory.search(&all.flat_map(|(name, key)| parts(name, key)).collect());
        assert!(found.is_empty(), "{when}: {found:#?}");
    }

    /// While it is open: what it needs, as often as it must, in the heap, and nothing else.
    pub(crate) fn once_in(&self, memory: &Memory, when: &str) {
        let found = memory.search(&self.passing.iter().flat_map(|(name, key)| parts(name, key)).collect());
        assert!(found.is_empty(), "{when}: {found:#?}");
        for (name, (key, times)) in &self.held {
            let found = memory.search(&parts(name, key).collect());
            for (part, places) in &found {
                let kept = places.len() == *times && places.iter().all(|place| !place.starts_with("[stack]"));
                assert!(kept, "{when}: {part} stands {} times, not {times}: {places:?}", places.len());
            }
            assert_eq!(found.len(), key.len() / PART_BYTES, "{when}: {name} is not where it must be: {found:?}");
        }
    }
}

fn parts(name: &str, key: &[u8]) -> impl Iterator<Item = (String, Vec<u8>)> {
    key.chunks_exact(PART_BYTES).enumerate().map(move |(at, part)| (format!("{name}, part {at}"), part.to_vec()))
}

/// SHA-256 begun with one block: the key, padded.
fn padded_state(key: &[u8], pad: u8) -> Vec<u8> {
    const BEGIN: [u32; 8] =
        [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
    let block: [u8; BLOCK_BYTES] = std::array::from_fn(|at| key.get(at).copied().unwrap_or(0) ^ pad);
    let mut state = BEGIN;
    compress256(&mut state, &[block]);
    state.iter().flat_map(|word| word.to_ne_bytes()).collect()
}
