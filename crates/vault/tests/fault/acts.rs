//! Every call of an open vault that changes it, and the vault on which it is tried. Must not know what goes wrong.

use std::sync::OnceLock;

use drivekey_record::{AttachmentKind, CopyKind, Guid, ItemNumber, LineText, Proof, ProofLevel};
use drivekey_vault::seal::KitIdentity;
use drivekey_vault::{
    CopyDraft, CopyMark, Edit, Intake, Machine, NewAttachment, Setting, SlotChangeError, Taking, Unlocked, Vault,
    VaultError,
};
use zeroize::Zeroizing;

use drivekey_testkit::house::{
    House, LIMITS, PASSPHRASE, handle, incoming, known_digits, known_incoming, known_key_id, now, secret, stranger,
    text, unlock,
};

/// A passphrase that an act puts in place of the first one.
pub(crate) const CHANGED: &str = "neu";
const SECOND: &str = "zweites";

pub(crate) struct Act {
    /// The call's name in the source.
    pub(crate) method: &'static str,
    pub(crate) what: &'static str,
    pub(crate) run: fn(&mut Vault<Unlocked>) -> Result<(), VaultError>,
    /// On a vault from which somebody took a record.
    pub(crate) on_damage: bool,
}

const fn act(method: &'static str, what: &'static str, run: fn(&mut Vault<Unlocked>) -> Result<(), VaultError>) -> Act {
    Act { method, what, run, on_damage: false }
}

pub(crate) const ACTS: [Act; 24] = [
    act("take_in", "six new records", |vault| {
        vault.take_in((4..10).map(known_incoming).collect(), now(), Taking::Keep, |_| {}).map(drop)
    }),
    act("take_in", "a record at odds with another, and a known one with a new label", |vault| {
        let mut noted = known_incoming(0);
        noted.details.volume_label = Some(text("Neu"));
        let rival = incoming(&known_digits(20), &known_key_id(1), "Station-09", "rival.txt");
        vault.take_in(vec![noted, rival], now(), Taking::Keep, |_| {}).map(drop)
    }),
    act("import", "new and known records with a large attachment", |vault| {
        let records = vec![known_incoming(5), known_incoming(0)];
        let intake = Intake { records, attachments: vec![attachment(9, 20_000)], origin: Some(text("F:\\")) };
        vault.import(intake, now(), Taking::Keep, |_| {}).map(drop)
    }),
    act("undo_import", "the import that the vault began with", |vault| vault.undo_import(now()).map(drop)),
    act("edit", "a note", |vault| {
        vault.edit(handle(1), Edit { note: Setting::To(text("anders")), ..Edit::default() }).map(drop)
    }),
    act("edit", "what the indexes know", |vault| {
        let edit = Edit {
            key_id: Some(known_key_id(30).parse().unwrap()),
            device_name: Setting::To(text("Station-77")),
            note: Setting::To(text(&"lang ".repeat(100))),
            ..Edit::default()
        };
        vault.edit(handle(4), edit).map(drop)
    }),
    act("remove", "a record", |vault| vault.remove(handle(2), now()).map(drop)),
    act("restore", "a record from the trash", |vault| vault.restore(handle(3)).map(drop)),
    act("purge", "a record in the trash", |vault| vault.purge(&[handle(3)])),
    act("note_proof", "a proof", |vault| {
        vault
            .note_proof(handle(1), Proof { at: now(), level: ProofLevel::OpensData, volume: Guid::from_bytes([5; 16]) })
            .map(drop)
    }),
    act("note_guard_override", "two records", |vault| vault.note_guard_override(&[handle(1), handle(2)], now())),
    act("attach", "an attachment of many pages", |vault| vault.attach(attachment(8, 30_000), now()).map(drop)),
    act("attach", "a small attachment", |vault| vault.attach(attachment(10, 156), now()).map(drop)),
    act("register_copy", "a stick", |vault| vault.register_copy(copy("G:\\"), now()).map(drop)),
    act("mark_copy", "a name", |vault| vault.mark_copy(number(3), CopyMark::Named(text("blau")))),
    act("mark_copy", "its end", |vault| vault.mark_copy(number(3), CopyMark::Destroyed(now()))),
    act("add_passphrase", "a third", |vault| slot(vault.add_passphrase(&secret("drittes"), LIMITS.floor, None))),
    act("add_kit", "a kit", |vault| slot(vault.add_kit(&KitIdentity::make(), Some(text("Kit"))))),
    act("add_kit_slot", "a kit whose page was printed first", |vault| {
        let made = vault.make_kit_slot(&KitIdentity::make(), None)?;
        slot(vault.add_kit_slot(made))
    }),
    act("change_passphrase", "the one in use", |vault| slot(vault.change_passphrase(&secret(CHANGED), LIMITS.floor))),
    act("remove_slot", "the second passphrase", |vault| {
        let slots = vault.slots();
        let second = slots
            .iter()
            .find(|info| info.name.as_ref().is_some_and(|name| name.as_str() == SECOND))
            .ok_or(VaultError::NoSuchSlot)?;
        slot(vault.remove_slot(second.slot))
    }),
    act("repair", "a sound vault", Vault::repair),
    Act { on_damage: true, ..act("repair", "a vault that lost a record", Vault::repair) },
    act("purge", "two records, with the trace of one in the journal", |vault| vault.purge(&[handle(1), handle(3)])),
];

fn slot<T>(outcome: Result<T, SlotChangeError>) -> Result<(), VaultError> {
    match outcome {
        Ok(_) => Ok(()),
        Err(SlotChangeError::Vault(error)) => Err(error),
        Err(other) => panic!("{other}"),
    }
}

fn number(number: u32) -> ItemNumber {
    ItemNumber::new(number).unwrap()
}

fn attachment(byte: u8, bytes: usize) -> NewAttachment {
    NewAttachment {
        kind: AttachmentKind::KeyPackage,
        guid: Guid::from_bytes([byte; 16]),
        key_ids: Vec::new(),
        bytes: Zeroizing::new(vec![byte; bytes]),
        device_name: None,
        volume_label: None,
        file_name: "A.KPG".parse::<LineText>().ok(),
        created: None,
    }
}

fn copy(place: &str) -> CopyDraft {
    let records = [handle(1), handle(2)].into_iter().collect();
    CopyDraft { kind: CopyKind::Stick, name: None, place: text(place), records, slot: None }
}

/// The bytes of the vault on which every act is tried: records, two of them in the trash; an import, an attachment, a
/// copy; two passphrases.
pub(crate) fn model(on_damage: bool) -> &'static [u8] {
    static MODELS: [OnceLock<Vec<u8>>; 2] = [OnceLock::new(), OnceLock::new()];
    MODELS[usize::from(on_damage)].get_or_init(|| {
        let house = House::empty();
        if on_damage {
            house.put(model(false));
            let sql = "DELETE FROM sealed WHERE handle = 2; DELETE FROM record WHERE handle = 2";
            stranger(&house.path()).execute_batch(sql).unwrap();
            return house.bytes();
        }
        drivekey_testkit::house::create(&house.path(), &Machine::new(None));
        let mut vault = unlock(&house.path(), Machine::new(None), PASSPHRASE).unwrap();
        let then = now() - chrono::TimeDelta::days(1);
        vault.take_in(vec![known_incoming(0)], then, Taking::Keep, |_| {}).unwrap();
        let mut known = known_incoming(0);
        known.details.tags = vec![text("Büro")];
        let records = [known].into_iter().chain((1..4).map(known_incoming)).collect();
        let intake = Intake { records, attachments: vec![attachment(7, 9000)], origin: Some(text("E:\\")) };
        vault.import(intake, then + chrono::TimeDelta::hours(1), Taking::Keep, |_| {}).unwrap();
        vault.remove(handle(1), then).unwrap();
        vault.remove(handle(3), then).unwrap();
        vault.register_copy(copy("E:\\"), then).unwrap();
        slot(vault.add_passphrase(&secret(SECOND), LIMITS.floor, Some(text(SECOND)))).unwrap();
        drop(vault);
        house.bytes()
    })
}
