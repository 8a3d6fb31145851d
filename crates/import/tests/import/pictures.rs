//! Pictures and scans, wherever they lie: in mails, archives and documents as by themselves.

use std::sync::atomic::{AtomicUsize, Ordering};

use drivekey_import::{Candidate, PictureReader, Place, Reading, Remark, RemarkKind, read, read_with};
use drivekey_record::{KeyId, RecoveryPassword, SourceKind, VolumeType};
use drivekey_testkit::documents::{Container, deep, pack};
use proptest::prelude::*;

const KEY: &str = "506825-429770-002244-257444-671440-299750-212256-683067";
const PICTURE: &[u8] = b"\x89PNG with a code on it";
const DOCUMENT: &[u8] = b"%PDF-1.4 with a code on it";

/// Sees a key on each picture that has a code on it, and gives up over the others.
#[derive(Default)]
struct Fake {
    asked: AtomicUsize,
}

impl PictureReader for Fake {
    fn read(&self, bytes: &[u8]) -> Option<Reading> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if !bytes.ends_with(b" with a code on it") {
            let remarks = vec![Remark::whole(RemarkKind::NotSeen)];
            return Some(Reading { remarks, source: Some(SourceKind::Scan), ..Reading::default() });
        }
        let candidate = Candidate {
            password: RecoveryPassword::parse(KEY).ok()?,
            key_id: KeyId::Unknown,
            key_id_candidates: Vec::new(),
            device_name: None,
            mount_point: None,
            volume_label: None,
            volume_type: VolumeType::Unknown,
            created: None,
            source: SourceKind::Scan,
            device_id: None,
            note: None,
            place: Place::Record(1),
            inside: None,
            told: None,
        };
        Some(Reading { records: vec![candidate], source: Some(SourceKind::Scan), ..Reading::default() })
    }
}

fn inside(reading: &Reading) -> Vec<Option<&str>> {
    reading.records.iter().map(|record| record.inside.as_ref().map(drivekey_record::LineText::as_str)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn a_picture_is_read_in_any_wrapping(
        around in prop::collection::vec(prop::sample::select(Container::ALL.to_vec()), 0..4),
        picture in prop::sample::select(vec![PICTURE, DOCUMENT]),
    ) {
        let mut bytes = picture.to_vec();
        for container in &around {
            bytes = container.around(&bytes);
        }
        let reading = read_with(Some("file"), &bytes, &Fake::default());
        prop_assert_eq!(reading.records.len(), 1, "{:?}: {:?}", around, reading.remarks);
        prop_assert_eq!(reading.records[0].source, SourceKind::Scan);
        prop_assert_eq!(reading.records[0].inside.is_some(), !around.is_empty());
        prop_assert!(read(Some("file"), &bytes).records.is_empty());
    }
}

#[test]
fn pictures_in_office_documents_are_read() {
    for (main, picture) in [
        ("word/document.xml", "word/media/image1.png"),
        ("xl/workbook.xml", "xl/media/image1.PNG"),
        ("ppt/presentation.xml", "ppt/media/image7.jpeg"),
    ] {
        let bytes = pack(&[(main, b"<x/>"), (picture, PICTURE)]);
        assert_eq!(inside(&read_with(None, &bytes, &Fake::default())), [Some(picture)]);
        assert!(read(None, &bytes).records.is_empty());
    }
    let text = b"application/vnd.oasis.opendocument.text";
    let bytes = pack(&[("mimetype", text), ("content.xml", b"<x/>"), ("Pictures/1.png", PICTURE)]);
    assert_eq!(inside(&read_with(None, &bytes, &Fake::default())), [Some("Pictures/1.png")]);
}

#[test]
fn what_nobody_could_see_is_told_of_the_member() {
    let bytes = pack(&[("a.png", b"\x89PNG that is broken"), ("b.txt", KEY.as_bytes())]);
    let reading = read_with(None, &bytes, &Fake::default());
    assert_eq!(inside(&reading), [Some("b.txt")]);
    let unseen: Vec<_> = reading.remarks.iter().filter(|remark| remark.kind == RemarkKind::NotSeen).collect();
    assert_eq!(unseen.len(), 1);
    assert_eq!(unseen[0].member.map(|at| reading.members[at].as_str()), Some("a.png"));
}

#[test]
fn a_file_full_of_pictures_keeps_nobody_busy() {
    let names: Vec<String> = (0..150).map(|number| format!("{number}.png")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"\x89PNG"[..])).collect();
    let fake = Fake::default();
    let reading = read_with(None, &deep(&pack(&members), 2), &fake);
    assert_eq!(fake.asked.load(Ordering::Relaxed), 100);
    assert!(reading.remarks.iter().any(|remark| remark.kind == RemarkKind::BeyondCeiling));
}
