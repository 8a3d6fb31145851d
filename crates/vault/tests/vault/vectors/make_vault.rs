//! Makes new vectors: what stands beside records in a vault, and a whole vault.

use std::path::Path;

use super::check::{make_token, padding, total_of};
use super::file::{Vector, columns, hex, text_of};
use super::make::{Maker, slot_lines};
use super::tools::{AEAD_BYTES, ATTACHMENT, FIRST, GUID, SECOND, THIRD, open_slot, secret};
use chrono::DateTime;
use drivekey_record::{
    AttachmentKind, CopyKind, Details, Item, ItemNumber, LineText, RecoveryPassword, SourceKind, VaultId,
};
use drivekey_vault::reveal::reveal;
use drivekey_vault::seal::{
    Binding, KdfLimits, KitIdentity, PassphraseSlot, SealedItem, SealedSummary, SlotBody, SlotOpening, Summary, Total,
    sha256,
};
use drivekey_vault::sqlite::{self, PrivateFolder};
use drivekey_vault::store::Opened;
use drivekey_vault::{
    CopyDraft, Filter, Incoming, Locked, Machine, NewAttachment, NewVault, Taking, TrashFilter, Vault,
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

/// Makes a vault with three records, and tells what stands in it.
pub(super) fn fill_vault(path: &Path, machine: &Machine) -> (VaultId, String, Vec<Value>) {
    let passphrase = secret("demopass");
    let new = NewVault { passphrase: &passphrase, cost: KdfLimits::PRODUCT.floor, limits: KdfLimits::PRODUCT };
    Vault::<Locked>::create(path, &new, machine).unwrap();
    let locked = Vault::open(path, KdfLimits::PRODUCT, machine.clone()).unwrap();
    let mut vault = locked.unlock(&passphrase, None).map_err(|failure| failure.error).unwrap();
    let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    let mut full = Details {
        key_id: GUID.parse().unwrap(),
        device_name: "Annas Laptop".parse().ok(),
        volume_type: "os".parse().unwrap(),
        mount_point: "C:".parse().ok(),
        note: "spare".parse().ok(),
        tags: vec!["kitchen".parse().unwrap()],
        ..Details::default()
    };
    full.unknown.insert("provedDateTime".to_owned(), json!("2027-01-01T00:00:00Z"));
    full.unknown.insert("evidence".to_owned(), json!({ "by": "a later version", "tries": 1 }));
    let begun =
        Details { key_id: "0A1B2C3D".parse().unwrap(), device_name: "büro".parse().ok(), ..Details::default() };
    let incoming = |(password, details, file): (&str, Details, &str)| Incoming {
        secret: RecoveryPassword::parse(password).unwrap().into(),
        details,
        kind: SourceKind::WindowsTxt,
        file_name: file.parse::<LineText>().ok(),
    };
    let all = [(FIRST, full, "a.txt"), (SECOND, begun, "b.txt"), (THIRD, Details::default(), "c.txt")].map(incoming);
    let taken = vault.take_in(all.into(), now, Taking::Keep, |_| {}).unwrap();
    vault.remove(taken[1].handle(), now).unwrap();
    let attachment = NewAttachment {
        kind: AttachmentKind::ExternalKey,
        guid: GUID.parse().unwrap(),
        key_ids: Vec::new(),
        bytes: ATTACHMENT.to_vec().into(),
        device_name: "Annas Laptop".parse().ok(),
        volume_label: None,
        file_name: "a.BEK".parse().ok(),
        created: None,
    };
    vault.attach(attachment, now).unwrap();
    let records = [taken[0].handle(), taken[2].handle()].into_iter().collect();
    let copy = CopyDraft {
        kind: CopyKind::Stick,
        name: "blue".parse().ok(),
        place: "E:".parse().unwrap(),
        records,
        slot: None,
    };
    vault.register_copy(copy, now).unwrap();
    let kit = KitIdentity::make();
    vault.add_kit(&kit, "kit".parse().ok()).unwrap();
    let mut rows = Vec::new();
    for entry in vault.list(&Filter { trash: TrashFilter::With, ..Filter::default() }).unwrap().entries {
        let digits = reveal(&mut vault, &entry).unwrap().key;
        rows.push(json!({
            "handle": entry.handle, "record": entry.record.to_string(), "revision": entry.revision.number(),
            "details": entry.details, "digits": digits.as_str()
        }));
    }
    (vault.id(), kit.text().expose_secret().to_owned(), rows)
}

impl Maker {
    pub(super) fn summaries(&self) {
        let digits_token = self.root.key_token(self.record.details.kind, &self.record.secret);
        let details = self.record.details.clone();
        let details_text = serde_json::to_string(&details).unwrap();
        let plain = format!(
            r#"{{"handle":"{}","digitsToken":"{}","details":{details_text}}}"#,
            self.handle,
            String::from(digits_token)
        );
        let beside = self.sealed.sha256();
        let summary = SealedSummary::seal(
            &self.root,
            self.binding,
            &beside,
            &Summary { handle: self.handle, digits_token, details },
        )
        .unwrap();
        let write = |name: &str, about: &str, binding: Binding, beside: &[u8; 32], expect: &str| {
            let mut lines = Self::head("summary", about);
            lines.extend(self.place(binding));
            lines.extend([("sealed_sha256", hex(beside)), ("summary_sha256", hex(&sha256(summary.as_bytes())))]);
            lines.push(("expect", expect.to_owned()));
            if expect == "opened" {
                lines.extend([
                    ("padded bytes", (summary.as_bytes().len() - AEAD_BYTES).to_string()),
                    ("plaintext", plain.clone()),
                ]);
            }
            self.write(name, &lines, &columns(summary.as_bytes()));
        };
        write("summary.txt", "The summary of sealed-record.txt.", self.binding, &beside, "opened");
        write(
            "summary-elsewhere.txt",
            "The same bytes under a later revision.",
            self.later(),
            &beside,
            "does not open",
        );
        write(
            "summary-beside-another.txt",
            "The same bytes beside another sealed record.",
            self.binding,
            &[0; 32],
            "does not open",
        );
    }

    pub(super) fn tokens(&self) {
        let given = [
            ("device", "Annas  Laptop"),
            ("device", "ANNAS\u{a0}LAPTOP"),
            ("device", "\u{ff30}\u{ff23} \u{39f}\u{394}\u{39f}\u{3a3}"),
            ("deviceType", "Annas  Laptop/operatingSystemVolume"),
            ("deviceType", "ANNAS\u{a0}LAPTOP/unknown"),
            ("keyId", GUID),
            ("prefix", "7EDB30ED"),
            ("prefix", "7edb30ed12"),
            ("prefix", "7EDB30E"),
            ("foldedPrefix", "7EDB30ED"),
            ("foldedPrefix", "7edb3oeo"),
            ("foldedPrefix", "OQDILZSGB"),
            ("digits", FIRST),
            ("key", "luks2/ a text\nas it is "),
            // Capitals make no other kind.
            ("key", "LUKS2/ a text\nas it is "),
        ];
        let row = |(kind, value)| json!({ "kind": kind, "value": value, "token": make_token(&self.root, kind, value) });
        let rows: Vec<Value> = given.into_iter().map(row).collect();
        self.write_json(
            "tokens.txt",
            &Self::head("tokens", "Tokens of given values; null for too few characters."),
            &rows.into(),
        );
    }

    pub(super) fn total(&self) {
        let of = |byte: u8| Some(hex(&[byte; 16]));
        let mut sum = Total::default();
        let mut rows = Vec::new();
        for (number, tokens) in [
            (1_u8, [of(0xd1), of(0xd2), of(0xd3), of(0xd4), of(0xd5), of(0xd6)]),
            (2, [None, None, None, None, None, of(0)]),
            (3, [of(0), of(0xd2), None, of(0xd4), of(0xd5), of(0)]),
        ] {
            let [device, device_type, key_id, prefix, folded_prefix, digits] = tokens;
            let mut row = json!({
                "record": hex(&[number; 16]),
                "revision": u32::from(number) * 1000,
                "sealedSha256": hex(&[number + 16; 32]),
                "summarySha256": hex(&[number + 32; 32]),
                "tokens": {
                    "device": device, "deviceType": device_type, "keyId": key_id,
                    "prefix": prefix, "foldedPrefix": folded_prefix, "digits": digits
                },
            });
            let adds = total_of(&self.root, &row);
            sum = sum.plus(adds);
            row["adds"] = serde_json::to_value(adds).unwrap();
            row["sum"] = serde_json::to_value(sum).unwrap();
            rows.push(row);
        }
        let without = sum.minus(total_of(&self.root, &rows[0]));
        let body = json!({ "rows": rows, "withoutTheFirst": without });
        self.write_json(
            "total.txt",
            &Self::head("total", "What three rows add to the running total, and the sums."),
            &body,
        );
    }

    pub(super) fn padding(&self) {
        let mut lines = Self::head("padding", "Lengths before and after padding, around a step.");
        lines.extend(self.place(self.binding));
        let at = Vector::parse(&text_of(&lines, ""));
        let row = |characters: usize| padding(&self.root, &self.root_identity, &at, characters);
        let fills = 513 - usize::try_from(row(1)["recordBytes"].as_u64().unwrap()).unwrap();
        let rows: Vec<Value> = [0, 1, fills - 1, fills, fills + 1, 1000].into_iter().map(row).collect();
        self.write_json("padding.txt", &lines, &rows.into());
    }

    pub(super) fn item(&self) {
        let item: Item = serde_json::from_value(json!({
            "kind": "copy", "copy": "stick", "name": "the blue stick", "place": "E:", "madeDateTime": "2026-09-21T14:13:20Z",
            "revision": 6, "records": "r1-r3,r7", "checkedDateTime": "2026-10-01T08:00:00Z"
        }))
        .unwrap();
        let number = ItemNumber::new(5).unwrap();
        let beside = sha256(&[]);
        let sealed = SealedItem::seal(&self.root, self.binding, &beside, number, &item).unwrap().into_bytes();
        let write = |name: &str, about: &str, number: ItemNumber, expect: &str| {
            let mut lines = Self::head("item", about);
            lines.extend(self.place(self.binding));
            lines.extend([
                ("number", number.to_string()),
                ("content_sha256", hex(&beside)),
                ("expect", expect.to_owned()),
            ]);
            if expect == "opened" {
                let adds =
                    self.root.total_of_item(self.binding.record, self.binding.revision, &beside, &sha256(&sealed));
                lines.extend([
                    ("padded bytes", (sealed.len() - AEAD_BYTES).to_string()),
                    ("plaintext", serde_json::to_string(&item).unwrap()),
                ]);
                lines.push(("adds", String::from(adds)));
            }
            self.write(name, &lines, &columns(&sealed));
        };
        write("item.txt", "A copy in the register; it has no content.", number, "opened");
        write(
            "item-elsewhere.txt",
            "The same bytes under another number.",
            ItemNumber::new(6).unwrap(),
            "does not open",
        );
    }

    /// A whole vault; its slot and its state each by itself.
    pub(super) fn vault(&self) {
        let state = tempfile::tempdir().unwrap();
        let path = self.folder.join("vault-1.drivekey");
        let (id, kit, rows) = fill_vault(&path, &Machine::new(Some(state.path().to_owned())));
        let memory = |wanted: &str| {
            let mut paths = std::fs::read_dir(state.path()).unwrap().map(|entry| entry.unwrap().path());
            let path = paths.find(|path| path.extension().is_some_and(|extension| extension == wanted)).unwrap();
            (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap())
        };
        let (machine_file, machine_content) = memory("json");
        let lines = [
            ("kind", "vault".to_owned()),
            ("about", "A full Key ID with unknown fields; a begun one, in the trash; an unknown one.".to_owned()),
            ("file", "vault-1.drivekey".to_owned()),
            ("vault", id.to_string()),
            ("passphrase", "demopass".to_owned()),
            ("kit", kit),
            ("attachment", hex(ATTACHMENT)),
            ("finds r1", "7EDB30ED".to_owned()),
            ("machine file", machine_file),
            ("machine content", machine_content),
            ("place content", memory("place").1),
        ];
        self.write_json("vault-1.txt", &lines, &rows.into());

        let Opened::Store(mut store) = sqlite::open(&path, &PrivateFolder::default()).unwrap() else {
            panic!("a write was broken off")
        };
        let reader = store.read().unwrap();
        let row = reader.slots().unwrap().rows.into_iter().find(|row| row.kind == 1).unwrap();
        let body = SlotBody {
            cost: KdfLimits::PRODUCT.floor,
            salt: row.salt,
            check_value: row.check_value,
            wrapped: row.wrapped,
        };
        let slot = PassphraseSlot { id: row.slot, body };
        let lines = slot_lines(id, &slot, &row.checksum, "demopass", "The slot of vault-1.drivekey.", "opened");
        let text = columns(&slot.body.wrapped);
        self.write("keyslot-of-vault-1.txt", &lines, &text);
        let Ok(SlotOpening::Opened(root)) = open_slot(&Vector::parse(&text_of(&lines, &text))) else {
            panic!("the slot is shut")
        };
        let (_, sealed) = reader.vault().unwrap();
        let plain: Value = root.unseal_state(&sealed).unwrap();
        let lines = [
            ("kind", "state".to_owned()),
            (
                "about",
                "The state of vault-1.drivekey, six writes old; its names in the order of the alphabet.".to_owned(),
            ),
            ("opened by", "keyslot-of-vault-1.txt".to_owned()),
            ("padded bytes", (sealed.len() - AEAD_BYTES).to_string()),
            ("plaintext", plain.to_string()),
        ];
        self.write("state.txt", &lines, &columns(&sealed));
    }
}
