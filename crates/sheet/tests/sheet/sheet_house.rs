//! Made-up keys and pages of every kind. The first key is published in libbde's format document.
#![allow(dead_code, reason = "each test program uses another part")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

pub(crate) mod scan;

use std::sync::Arc;

use chrono::NaiveDate;
use drivekey_record::{Created, Handle, KeyId, KeyText, RecoveryPassword, SlotId, State, VolumeType};
use drivekey_sheet::{
    FontBytes, KeyFacts, KeySheet, KitSheet, Page, Paper, SplitKind, key_page, kit_page, list_page, share_page, split,
};
use secrecy::SecretString;

pub(crate) const KEY: &str = "471207-278498-422125-177177-561902-537405-468006-693451";
pub(crate) const KIT: &str = "AGE-SECRET-KEY-1WYYQCEQQGAMNKJWTQPLYWWHSWFTUUCFK65D7JWDDN63HMFTPXKMQP8TQ5H";

/// Names of many kinds, the longest ones of 1000 letters.
pub(crate) const NAMES: [(&str, &str); 9] = [
    ("ANNAS-LAPTOP", "Windows"),
    ("Jürgens Büro-Rechner im Gartenhäuschen", "Größe & <Maße> \"Überall\""),
    ("Ноутбук Ольги Сергеевны", "Диск с фотографиями"),
    ("Υπολογιστής της Άννας", "Δεδομένα"),
    ("東京オフィスのPC-12", "写真とビデオ"),
    ("김민수의 노트북", "사진"),
    ("DESKTOP-0123456789-WITH-A-VERY-LONG-NAME-THAT-HAS-NO-PLACE-TO-BREAK-IT-BECAUSE-NOBODY-PUT-A-SPACE-THERE", "x"),
    ("Łódź čeština İstanbul Việt Nam ễ", "naïve façade"),
    ("מחשב של דנה 12", "תמונות"),
];

/// Keys with their digits.
pub(crate) struct Made {
    pub(crate) facts: Vec<KeyFacts>,
    pub(crate) keys: Vec<KeyText>,
}

impl Made {
    pub(crate) fn new() -> Self {
        let mut made = Self { facts: Vec::new(), keys: Vec::new() };
        for (at, (device, label)) in NAMES.into_iter().enumerate() {
            made.push(at, device, label);
        }
        made.push(9, &"Word ".repeat(200), &"W".repeat(1000));
        made
    }

    /// `count` keys, the first the published one, under plain names.
    pub(crate) fn many(count: usize) -> Self {
        let mut made = Self { facts: Vec::new(), keys: Vec::new() };
        for at in 0..count {
            made.push(at, &format!("COMPUTER-{at}"), "Windows");
        }
        made
    }

    fn push(&mut self, at: usize, device: &str, label: &str) {
        let number = u32::try_from(at).unwrap();
        let types = [VolumeType::OperatingSystem, VolumeType::FixedData, VolumeType::RemovableData];
        self.facts.push(KeyFacts {
            record: Handle::new(number + 1).unwrap(),
            kind: drivekey_record::KeyKind::BitLocker,
            device: device.parse().ok(),
            drive: ["C:", "D:", "E:"][at % 3].parse().ok(),
            label: label.parse().ok(),
            volume_type: types[at % 3],
            key_id: id(number).parse::<KeyId>().unwrap(),
            created: Some(Created::Zoned("2025-11-03T09:12:00+01:00".parse().unwrap())),
            proven: at.is_multiple_of(2).then(|| NaiveDate::from_ymd_opt(2026, 9, 20).unwrap()),
            state: if at == 7 { State::Superseded } else { State::Current },
        });
        self.keys.push(RecoveryPassword::parse(&key(number)).unwrap().expose_secret().into());
    }

    pub(crate) fn sheets(&self) -> Vec<KeySheet<'_>> {
        self.facts.iter().zip(&self.keys).map(|(facts, key)| KeySheet { facts: facts.clone(), key }).collect()
    }
}

/// The first Key ID is the README's.
pub(crate) fn id(number: u32) -> String {
    if number == 0 {
        return "7EDB30ED-1234-4ABC-9DEF-0123456789AB".to_owned();
    }
    format!("{:08X}-1234-4ABC-9DEF-0123456789AB", number.wrapping_mul(2_654_435_761))
}

pub(crate) fn key(number: u32) -> String {
    if number == 0 {
        return KEY.to_owned();
    }
    let group = |at: u32| format!("{:06}", (number * 8 + at).wrapping_mul(2_654_435_761) % 65_536 * 11);
    (0..8).map(group).collect::<Vec<_>>().join("-")
}

pub(crate) fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 25).unwrap()
}

pub(crate) fn key_pages(made: &Made) -> Vec<Page> {
    made.sheets().iter().map(|sheet| key_page(sheet, today())).collect()
}

pub(crate) fn list(made: &Made) -> Page {
    list_page(&made.sheets(), today())
}

pub(crate) fn shares(made: &Made, kind: SplitKind) -> Vec<Page> {
    let mut next = 0_u8;
    let mut fill = |bytes: &mut [u8]| -> Result<(), ()> {
        for byte in bytes {
            next = next.wrapping_mul(5).wrapping_add(37);
            *byte = next;
        }
        Ok(())
    };
    let shares = split(made.keys[0].digits().unwrap(), kind, &mut fill).unwrap();
    shares.iter().map(|share| share_page(&made.facts[0], share, today())).collect()
}

pub(crate) fn kit() -> Page {
    let secret = SecretString::from(KIT);
    let kit = KitSheet {
        secret: &secret,
        slot: SlotId::from_bytes(*b"\x3f\x1amade up slot.\x07"),
        name: "the drawer in the study".parse().ok(),
        vault: "vault.drivekey".parse().unwrap(),
    };
    kit_page(&kit, today()).unwrap()
}

/// With a font for Chinese, Japanese and Korean, where Debian put one.
pub(crate) fn pdf(pages: &[Page], paper: Paper) -> Vec<u8> {
    drivekey_sheet::pdf(pages, paper, &fonts()).unwrap().to_vec()
}

pub(crate) fn fonts() -> Vec<FontBytes> {
    let found = [
        "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    ];
    found
        .iter()
        .filter_map(|path| std::fs::read(path).ok())
        .map(|bytes| FontBytes { bytes: Arc::new(bytes), index: 0 })
        .collect()
}
