//! Makes new vectors: the root, the slots and the records that the others rest on.

use std::path::PathBuf;

use super::file::{Vector, columns, folder, hex, read, text_of};
use super::tools::{FIRST, GUID, LATER, Words, identity, open_slot, secret, slot_in};
use drivekey_record::{Details, Handle, Record, RecordId, RecoveryPassword, Revision, Secret, SecretText, VaultId};
use drivekey_vault::seal::{
    Binding, KdfCost, KdfLimits, KitIdentity, KitSlot, PassphraseSlot, Root, SealedRecord, SlotBody, SlotOpening,
    sha256,
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

pub(super) type Lines = Vec<(&'static str, String)>;

/// One root, one slot and one record, on which the small vectors rest.
pub(super) struct Maker {
    pub(super) folder: PathBuf,
    pub(super) root: Box<Root>,
    pub(super) root_identity: age::x25519::Identity,
    pub(super) slot: PassphraseSlot,
    pub(super) binding: Binding,
    pub(super) handle: Handle,
    pub(super) record: Record,
    pub(super) sealed: SealedRecord,
}

impl Maker {
    pub(super) fn new() -> Self {
        let kept = read(&folder().join("keyslot.txt"));
        let (vault, slot) = (kept.vault(), slot_in(&kept));
        let Ok(SlotOpening::Opened(root)) = open_slot(&kept) else { panic!("the slot is shut") };
        let lines = slot_lines(vault, &slot, &slot.checksum(vault), "demopass", "", "opened");
        let root_identity =
            identity(&Words::of(&Vector::parse(&text_of(&lines, &columns(&slot.body.wrapped)))).identity_file);
        let binding =
            Binding { vault, record: RecordId::from_bytes(*b"record of vector"), revision: Revision::new(7).unwrap() };
        let handle = Handle::new(3).unwrap();
        let details = json!({
            "id": GUID, "createdDateTime": "2026-03-01T09:30:00+01:00", "volumeType": "operatingSystemVolume",
            "deviceId": "c2b1a0de-0000-4000-8000-00000000cafe", "deviceName": "Küche", "mountPoint": "C:", "volumeLabel": "Windows",
            "note": "spare laptop", "tags": ["kitchen"], "state": "used", "conflictsWith": ["r9"],
            "removedDateTime": "2026-09-21T14:13:20Z", "provedDateTime": "2027-01-01T00:00:00Z",
            "sources": [{
                "kind": "windowsTxt", "fileName": "a.txt", "importedDateTime": "2026-09-21T14:13:20Z",
                "deviceName": "KITCHEN-PC", "createdRaw": "01/03/2026"
            }]
        });
        let record = Record {
            details: serde_json::from_value(details).unwrap(),
            secret: RecoveryPassword::parse(FIRST).unwrap().into(),
        };
        let sealed = SealedRecord::seal(&root, binding, handle, &record).unwrap();
        let folder = tempfile::tempdir().unwrap().keep();
        Self { folder, root, root_identity, slot, binding, handle, record, sealed }
    }

    pub(super) fn write(&self, name: &str, head: &[(&str, String)], body: &str) {
        std::fs::write(self.folder.join(name), text_of(head, body)).unwrap();
    }

    pub(super) fn write_json(&self, name: &str, head: &[(&str, String)], body: &Value) {
        self.write(name, head, &(serde_json::to_string_pretty(body).unwrap() + "\n"));
    }

    /// The first lines of a vector that rests on `keyslot.txt`.
    pub(super) fn head(kind: &str, about: &str) -> Lines {
        vec![("kind", kind.to_owned()), ("about", about.to_owned()), ("opened by", "keyslot.txt".to_owned())]
    }

    pub(super) fn place(&self, binding: Binding) -> Lines {
        vec![
            ("vault", binding.vault.to_string()),
            ("record", binding.record.to_string()),
            ("revision", binding.revision.to_string()),
            ("handle", self.handle.to_string()),
        ]
    }

    pub(super) fn later(&self) -> Binding {
        Binding { revision: self.binding.revision.next().unwrap(), ..self.binding }
    }

    pub(super) fn keyslot(
        &self,
        name: &str,
        about: &str,
        slot: &PassphraseSlot,
        checksum: [u8; 32],
        passphrase: &str,
        expect: &str,
    ) {
        let lines = slot_lines(self.binding.vault, slot, &checksum, passphrase, about, expect);
        self.write(name, &lines, &columns(&slot.body.wrapped));
    }

    pub(super) fn keyslots(&self) {
        let (slot, vault) = (&self.slot, self.binding.vault);
        let whole = slot.checksum(vault);
        let mut bent = slot.clone();
        *bent.body.wrapped.last_mut().unwrap() ^= 1;
        let fits = bent.checksum(vault);
        let costing = |cost: KdfCost| PassphraseSlot { id: slot.id, body: SlotBody { cost, ..slot.body.clone() } };
        let cheap = costing(KdfCost { memory_kib: slot.body.cost.memory_kib - 1, ..slot.body.cost });
        let dear = costing(KdfCost { passes: 17, ..slot.body.cost });
        self.keyslot(
            "keyslot.txt",
            "The passphrase opens the slot and gives the root.",
            slot,
            whole,
            "demopass",
            "opened",
        );
        self.keyslot(
            "keyslot-wrong-passphrase.txt",
            "Another passphrase, an unharmed slot.",
            slot,
            whole,
            "demopasS",
            "wrong passphrase",
        );
        self.keyslot(
            "keyslot-damaged.txt",
            "The last byte is another; the checksum tells.",
            &bent,
            whole,
            "demopass",
            "damaged",
        );
        self.keyslot(
            "keyslot-tampered.txt",
            "As damaged, with a checksum that fits.",
            &bent,
            fits,
            "demopass",
            "tampered",
        );
        self.keyslot(
            "keyslot-too-cheap.txt",
            "One KiB under the floor.",
            &cheap,
            cheap.checksum(vault),
            "demopass",
            "too cheap",
        );
        self.keyslot(
            "keyslot-too-dear.txt",
            "One pass above the ceiling.",
            &dear,
            dear.checksum(vault),
            "demopass",
            "too dear",
        );
        let made =
            PassphraseSlot::make(&self.root, &secret("Schl\u{fc}ssel \u{fb01}"), slot.body.cost, KdfLimits::PRODUCT)
                .unwrap()
                .slot;
        let about = "Made with U+00FC and U+FB01, opened with u, U+0308, f, i.";
        self.keyslot("keyslot-nfkc.txt", about, &made, made.checksum(vault), "Schlu\u{308}ssel fi", "opened");
    }

    pub(super) fn sealed_records(&self) {
        let plain = String::from_utf8(age::decrypt(&self.root_identity, self.sealed.as_bytes()).unwrap()).unwrap();
        let write = |name: &str, about: &str, binding: Binding, bytes: &[u8], expect: &str| {
            let mut lines = Self::head("sealed record", about);
            lines.extend(self.place(binding));
            lines.extend([("sha256", hex(&sha256(bytes))), ("expect", expect.to_owned())]);
            if expect == "opened" {
                lines.extend([("padded bytes", plain.len().to_string()), ("plaintext", plain.trim_end().to_owned())]);
                lines.push(("digits", FIRST.to_owned()));
            }
            self.write(name, &lines, &columns(bytes));
        };
        let bytes = self.sealed.as_bytes();
        let mut bent = bytes.to_vec();
        *bent.last_mut().unwrap() ^= 1;
        write("sealed-record.txt", "A record with every field, one of them unknown.", self.binding, bytes, "opened");
        write(
            "sealed-record-elsewhere.txt",
            "The same bytes under a later revision.",
            self.later(),
            bytes,
            "belongs elsewhere",
        );
        write("sealed-record-bent.txt", "The last byte is another.", self.binding, &bent, "does not open");
        let later = self.later_kind();
        let plain = String::from_utf8(age::decrypt(&self.root_identity, later.as_bytes()).unwrap()).unwrap();
        let mut lines = Self::head("sealed record", "A key of a kind, and a volume type, of a later version.");
        lines.extend(self.place(self.binding));
        lines.extend([("sha256", hex(&later.sha256())), ("expect", "opened".to_owned())]);
        lines.extend([("padded bytes", plain.len().to_string()), ("plaintext", plain.trim_end().to_owned())]);
        lines.push(("digits", LATER.to_owned()));
        self.write("sealed-record-later-kind.txt", &lines, &columns(later.as_bytes()));
    }

    pub(super) fn later_kind(&self) -> SealedRecord {
        let details = json!({ "kind": "luks2", "volumeType": "swapVolume", "deviceName": "atelier" });
        let details: Details = serde_json::from_value(details).unwrap();
        let record = Record { details, secret: Secret::Text(SecretText::new(LATER)) };
        SealedRecord::seal(&self.root, self.binding, self.handle, &record).unwrap()
    }

    pub(super) fn kit(&self) {
        let kit = KitIdentity::make();
        let (slot, _) = KitSlot::make(&self.root, &kit).unwrap();
        let text = kit.text().expose_secret().to_owned();
        let stock: age::x25519::Identity = text.parse().unwrap();
        let file = String::from_utf8(age::decrypt(&stock, &slot.body.wrapped).unwrap()).unwrap();
        let lines = [
            ("kind", "kit".to_owned()),
            ("about", "The slot of an emergency kit, for the root of keyslot.txt.".to_owned()),
            ("vault", self.binding.vault.to_string()),
            ("slot", slot.id.to_string()),
            ("salt", hex(&slot.body.salt)),
            ("check_value", hex(&slot.body.check_value)),
            ("checksum", hex(&slot.checksum(self.binding.vault))),
            ("kit", text),
            ("identity file", file.replace('\n', "\\n")),
            ("fingerprint", hex(self.root.fingerprint())),
        ];
        self.write("kit.txt", &lines, &columns(&slot.body.wrapped));
    }
}

/// The lines above a slot's age file; for one that opens, with what is inside.
pub(super) fn slot_lines(
    vault: VaultId,
    slot: &PassphraseSlot,
    checksum: &[u8],
    passphrase: &str,
    about: &str,
    expect: &str,
) -> Lines {
    let mut lines = vec![
        ("kind", "keyslot".to_owned()),
        ("about", about.to_owned()),
        ("vault", vault.to_string()),
        ("slot", slot.id.to_string()),
        ("memory_kib", slot.body.cost.memory_kib.to_string()),
        ("passes", slot.body.cost.passes.to_string()),
        ("lanes", slot.body.cost.lanes.to_string()),
        ("salt", hex(&slot.body.salt)),
        ("check_value", hex(&slot.body.check_value)),
        ("checksum", hex(checksum)),
        ("passphrase", passphrase.to_owned()),
        ("expect", expect.to_owned()),
    ];
    if expect == "opened" {
        let vector = Vector::parse(&text_of(&lines, &columns(&slot.body.wrapped)));
        let words = Words::of(&vector);
        let Ok(SlotOpening::Opened(root)) = open_slot(&vector) else { panic!("the slot is shut") };
        lines.extend([
            ("slot identity", words.slot_identity),
            ("slot recipient", words.slot_recipient),
            ("identity file", words.identity_file.trim_end().replace('\n', "\\n")),
            ("root recipient", root.recipient_text()),
            ("fingerprint", hex(root.fingerprint())),
        ]);
    }
    lines
}
