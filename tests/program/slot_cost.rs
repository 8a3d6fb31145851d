//! What a passphrase costs whoever guesses it: changing it, or adding another, never makes it cheaper.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;

use crate::cli_house::{House, LIMITS, PASSPHRASE};
use drivekey_vault::seal::KdfCost;
use drivekey_vault::{Locked, NewVault, Vault};
use secrecy::SecretString;

/// Dearer in all three than what a machine that has no time at all calibrates to.
const DEAR: KdfCost = KdfCost { memory_kib: 2048, passes: 3, lanes: 2 };

/// A vault that another, quicker or less busy machine has made.
fn house(cost: KdfCost) -> House {
    let house = House::new();
    fs::create_dir(house.path("data")).unwrap();
    let new = NewVault { passphrase: &SecretString::from(PASSPHRASE), cost, limits: LIMITS };
    Vault::<Locked>::create(&house.vault(), &new, &house.machine()).unwrap();
    house.write("~/new.txt", b"eleven herons over quiet water\n");
    house
}

/// Memory, passes and lanes of each passphrase, in the order of the list.
fn costs(house: &mut House, file: &str) -> Vec<KdfCost> {
    let listed = house.run(&["keyslot", "list", "--json", "--passphrase-file", file], &[]);
    assert_eq!(listed.exit, 0, "{}", listed.err());
    let json = listed.json();
    let slots = json["value"].as_array().unwrap().iter().filter(|slot| slot["kind"] == "passphrase");
    let number = |slot: &serde_json::Value, name: &str| u32::try_from(slot[name].as_u64().unwrap()).unwrap();
    slots
        .map(|slot| KdfCost {
            memory_kib: number(slot, "memoryKib"),
            passes: number(slot, "passes"),
            lanes: number(slot, "lanes"),
        })
        .collect()
}

#[test]
fn a_changed_passphrase_is_no_cheaper() {
    for cost in [DEAR, LIMITS.ceiling, KdfCost { memory_kib: 1024, passes: 4, lanes: 1 }] {
        let mut house = house(cost);
        let changed = house.given(&["passphrase", "--new-passphrase-file", "~/new.txt"], &[]);
        assert_eq!(changed.exit, 0, "{}", changed.err());
        assert_eq!(costs(&mut house, "~/new.txt"), [cost]);
    }
}

#[test]
fn nor_is_one_that_was_forgotten() {
    let mut house = house(DEAR);
    assert_eq!(house.given(&["kit", "make", "--to", "~/kit.pdf"], &[]).exit, 0);
    let changed = house.run(&["--kit-file", "~/kit.pdf", "passphrase", "--new-passphrase-file", "~/new.txt"], &[]);
    assert_eq!(changed.exit, 0, "{}", changed.err());
    assert_eq!(costs(&mut house, "~/new.txt"), [DEAR]);
}

#[test]
fn nor_is_one_that_is_added() {
    let mut house = house(DEAR);
    let added = house.given(&["keyslot", "add", "--new-passphrase-file", "~/new.txt"], &[]);
    assert_eq!(added.exit, 0, "{}", added.err());
    assert_eq!(costs(&mut house, "~/new.txt"), [DEAR, DEAR]);
}

/// Whoever calls the library with a cost of his own gets no less either.
#[test]
fn the_vault_itself_sees_to_it() {
    let house = house(DEAR);
    let vault = Vault::open(&house.vault(), LIMITS, house.machine()).unwrap();
    let mut vault = vault.unlock(&SecretString::from(PASSPHRASE), None).ok().unwrap();
    vault.change_passphrase(&SecretString::from("third"), LIMITS.floor).unwrap();
    assert_eq!(vault.slots()[0].cost, DEAR);
}
