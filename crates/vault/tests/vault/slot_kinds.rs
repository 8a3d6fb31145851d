//! Keyslots of kinds that this version does not open: kept, listed, never a fault, and never in anybody's way.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use drivekey_record::SlotId;
use drivekey_testkit::hostile::vaults::{age_seal, base, checksum, stranger};
use drivekey_testkit::house::{House, LIMITS, PASSPHRASE, secret, unlock};
use drivekey_vault::seal::{KdfCost, SlotBody, SlotKind, sha256};
use drivekey_vault::{Machine, SlotChangeError, Vault, VaultError};
use rusqlite::params;

/// The sound vault with one more slot, as a later version would have added it.
fn with_slot(number: u32) -> (House, SlotId) {
    let house = House::empty();
    house.put(&base().bytes);
    let id = SlotId::from_bytes([number.to_be_bytes()[3]; 16]);
    let identity = age::x25519::Identity::generate();
    let cost = KdfCost { memory_kib: 0, passes: 0, lanes: 0 };
    let wrapped = age_seal(&identity.to_public(), b"the root's identity file");
    let slot = (number, id, SlotBody { cost, salt: [7; 16], check_value: [0; 16], wrapped });
    let sum = checksum(&(slot.clone(), [0; 32]));
    let connection = stranger(&house);
    let sql = "INSERT INTO slot (slot_id, kind, memory_kib, passes, lanes, salt, check_value, wrapped, checksum) VALUES (?1, ?2, 0, 0, 0, ?3, ?4, ?5, ?6)";
    let body = &slot.2;
    let values = params![id.as_bytes(), number, body.salt, body.check_value, body.wrapped, sum];
    connection.execute(sql, values).unwrap();
    let place = [&b"drivekey/1/state"[..], &base().vault].concat();
    let sealed: Vec<u8> = connection.query_row("SELECT state FROM vault", [], |row| row.get(0)).unwrap();
    let mut state: serde_json::Value = serde_json::from_slice(&base().unseal("state", &sealed, &place)).unwrap();
    let digest = sha256(&[&sum[..], &sum, &number.to_be_bytes()].concat());
    let digest = digest.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let kept = serde_json::json!({ "slot": id.to_string(), "name": "later", "recipient": "", "digest": digest });
    state["slots"].as_array_mut().unwrap().push(kept);
    let sealed = base().seal("state", state.to_string().as_bytes(), &place);
    connection.execute("UPDATE vault SET state = ?1", [sealed]).unwrap();
    drop(connection);
    (house, id)
}

fn kinds(house: &House, passphrase: &str) -> Vec<SlotKind> {
    let vault = unlock(&house.path(), Machine::new(None), passphrase).unwrap();
    let mut kinds: Vec<SlotKind> = vault.slots().iter().map(|info| info.kind).collect();
    kinds.sort();
    kinds
}

#[test]
fn a_slot_of_another_kind_is_kept_and_named_and_no_fault() {
    for number in [3, 4, 5, 200] {
        let (house, id) = with_slot(number);
        let open = |passphrase| unlock(&house.path(), Machine::new(None), passphrase);
        let mut vault = open(PASSPHRASE).unwrap();
        assert_eq!((vault.faults(), vault.doubt()), (&[][..], None));
        assert!(vault.verify(|_, _| {}).unwrap().faults.is_empty());
        let info = vault.slots().into_iter().find(|info| info.slot == id).unwrap();
        assert_eq!((info.kind, info.name.as_ref().unwrap().as_str()), (SlotKind::from_number(number), "later"));
        // It is not what a wrong passphrase or kit is tried on.
        assert!(matches!(open("another").err().unwrap(), VaultError::WrongPassphrase));
        let wrong = drivekey_vault::seal::KitIdentity::make();
        let failure =
            Vault::open(&house.path(), LIMITS, Machine::new(None)).unwrap().unlock_with_kit(&wrong).err().unwrap();
        assert!(matches!(failure.error, VaultError::WrongKit));
        // Nor does any change of the others take it away.
        vault.change_passphrase(&secret("a new one"), LIMITS.floor).unwrap();
        vault.add_passphrase(&secret("a second"), LIMITS.floor, None).unwrap();
        drop(vault);
        let there = [SlotKind::Passphrase, SlotKind::Passphrase, SlotKind::Kit, SlotKind::from_number(number)];
        assert_eq!(kinds(&house, "a new one"), there);
        let mut vault = open("a second").unwrap();
        // Without passphrase and kit nobody could open it here.
        let known: Vec<SlotId> =
            vault.slots().iter().filter(|info| info.kind.is_opened_here()).map(|info| info.slot).collect();
        let (last, others) = known.split_last().unwrap();
        for slot in others {
            vault.remove_slot(*slot).unwrap();
        }
        assert!(matches!(vault.remove_slot(*last), Err(SlotChangeError::Last)));
        vault.remove_slot(id).unwrap();
        assert!(vault.verify(|_, _| {}).unwrap().faults.is_empty());
    }
}

#[test]
fn a_slot_of_another_kind_that_was_touched_is_a_fault_and_may_be_a_damaged_passphrase() {
    let (house, id) = with_slot(3);
    stranger(&house).execute("UPDATE slot SET wrapped = randomblob(200) WHERE slot_id = ?1", [id.as_bytes()]).unwrap();
    let vault = unlock(&house.path(), Machine::new(None), PASSPHRASE).unwrap();
    assert_eq!(vault.faults().len(), 1, "{:?}", vault.faults());
    let wrong = unlock(&house.path(), Machine::new(None), "another");
    assert!(matches!(wrong.err().unwrap(), VaultError::SlotDamaged));
    // A passphrase's slot opens under whatever kind a flipped bit makes of it.
    let house = House::empty();
    for kind in [0, 2, 3, 4, 5, 1_i64 << 31] {
        house.put(&base().bytes);
        stranger(&house).execute("UPDATE slot SET kind = ?1 WHERE kind = 1", [kind]).unwrap();
        assert!(unlock(&house.path(), Machine::new(None), PASSPHRASE).is_ok(), "{kind}");
    }
}

/// A slot whose kind somebody changed in the file still opens here; a new passphrase then takes nobody else's place.
#[test]
fn a_new_passphrase_replaces_nobody_elses() {
    let house = House::with(1);
    let mut vault = house.open();
    vault.add_passphrase(&secret("annas own"), LIMITS.floor, "Anna".parse().ok()).unwrap();
    drop(vault);
    let own = "rowid = (SELECT min(rowid) FROM slot)";
    house.stranger().execute_batch(&format!("UPDATE slot SET kind = 9 WHERE {own}")).unwrap();
    let mut vault = unlock(&house.path(), Machine::new(None), PASSPHRASE).unwrap();
    vault.repair().unwrap();
    let _ = vault.change_passphrase(&secret("a new one"), LIMITS.floor);
    drop(vault);
    assert!(unlock(&house.path(), Machine::new(None), "annas own").is_ok(), "another person was shut out");
}
