//! The text inside a bundle of ours, read back exactly: its part for programs. And bundles that are still sealed, which
//! are only recognised here.

use super::input::Input;
use super::reading::Reading;
use super::{Remark, RemarkKind, own, plain};
use drivekey_record::SourceKind;

/// How an age file begins, and the same as text for mails.
const SEALED: [&[u8]; 2] = [b"age-encryption.org/v1\n", b"-----BEGIN AGE ENCRYPTED FILE-----"];
/// The first words of the text, its form's number left out.
const TITLE: &str = "drivekey bundle ";
/// The lines around the part for programs.
const BEGIN: &str = "\n-----BEGIN DRIVEKEY JSON-----";
const END: &str = "\n-----END DRIVEKEY JSON-----";

/// Whether these are the bytes of a sealed age file.
#[must_use]
pub fn is_sealed(bytes: &[u8]) -> bool {
    SEALED.iter().any(|magic| bytes.starts_with(magic))
}

/// Reads the text of a bundle; `None` for any other bytes.
#[must_use]
pub fn unpack_bundle(bytes: &[u8]) -> Option<Reading> {
    own::document::read_bundled(part_for_programs(&own::characters(bytes)?)?)
}

/// For the table of readers: still sealed.
pub(super) fn read_sealed(input: &Input<'_>) -> Option<Reading> {
    is_sealed(input.bytes).then(|| Reading {
        remarks: vec![Remark::whole(RemarkKind::SealedBundle)],
        source: Some(SourceKind::Bundle),
        ..Reading::default()
    })
}

/// For the table of readers: opened by another program, or a key of another kind as a stick has it. Where the part for
/// programs is broken, both parts are read as any text.
pub(super) fn read_open(input: &Input<'_>) -> Option<Reading> {
    let text = own::characters(input.bytes).filter(|text| text.starts_with(TITLE))?;
    if let Some(reading) = part_for_programs(&text).and_then(own::document::read_bundled) {
        return Some(reading);
    }
    let as_text = |input: &Input<'_>| own::pieces::read(input, true, plain::read).unwrap_or_else(|| plain::read(input));
    let mut reading = own::lines::read(input, as_text).unwrap_or_else(|| as_text(input));
    reading.remarks.retain(|remark| remark.kind != RemarkKind::BrokenStructure);
    reading.remarks.insert(0, Remark::whole(RemarkKind::BrokenStructure));
    Some(reading)
}

/// What stands between the two lines.
fn part_for_programs(text: &str) -> Option<&str> {
    let text = text.strip_prefix(TITLE)?;
    let begin = text.find(BEGIN)? + BEGIN.len();
    let rest = &text[begin..];
    Some(&rest[..rest.rfind(END)?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Place;
    use crate::own::document::UNKNOWN_DEPTH_MAX;
    use drivekey_record::State;

    fn text(json: &str) -> Vec<u8> {
        format!("drivekey bundle 1\r\n\r\nwords\r\n-----BEGIN DRIVEKEY JSON-----\r\n{json}\r\n-----END DRIVEKEY JSON-----\r\n").into_bytes()
    }

    #[test]
    fn a_wrong_digit_is_named_and_the_others_are_read() {
        let good = ["000011"; 8].join("-");
        let wrong = good.replacen("000011", "000012", 1);
        let json = format!(
            r#"{{"value":[{{"key":"{wrong}","keyIdPrefix":"7EDB30ED"}},{{"key":"{good}","tags":["a"],"state":"used","handle":"r9"}}]}}"#
        );
        let bundle = unpack_bundle(&text(&json)).unwrap();
        let [record] = &bundle.records[..] else { panic!("{bundle:?}") };
        let told = record.told.as_ref().unwrap();
        assert_eq!((told.tags.len(), told.state), (1, State::Used));
        assert!(told.unknown.is_empty());
        let codes: Vec<_> = bundle.remarks.iter().map(|remark| (remark.code(), remark.place)).collect();
        assert_eq!(codes, [("group_not_divisible_by_11", Some(Place::Record(1)))]);
        assert_eq!(bundle.partial.len(), 1);
    }

    #[test]
    fn what_a_later_version_wrote_is_kept_as_it_stands() {
        let json = r#"{"value":[{"kind":"luks2","key":" \u0000a\nb ","volumeType":"swapVolume","handle":"r1"}],"attachments":[{"kind":"luksHeader","id":"7EDB30ED-1234-4ABC-9DEF-0123456789AB","bytes":"AAA="}]}"#;
        let reading = super::super::read(None, &text(json));
        assert_eq!((reading.outcome(), reading.records.len()), (crate::Outcome::Ok, 0));
        let [key] = &reading.other_keys[..] else { panic!("{reading:?}") };
        assert_eq!((key.details.kind.name(), key.details.volume_type.name()), ("luks2", "swapVolume"));
        assert!(!format!("{key:?}").contains('\0'));
        assert_eq!(reading.attachments[0].kind.name(), "luksHeader");
    }

    #[test]
    fn a_broken_part_leaves_the_part_for_people() {
        let key = "471207-278498-422125-177177-561902-537405-468006-693451";
        let bytes = format!(
            "drivekey bundle 1\n\n  Recovery key   {key}\n-----BEGIN DRIVEKEY JSON-----\n{{\n-----END DRIVEKEY JSON-----\n"
        );
        let reading = super::super::read(None, bytes.as_bytes());
        assert_eq!(reading.records.len(), 1);
        assert_eq!(reading.remarks.first().map(Remark::code), Some("broken_structure"));
    }

    #[test]
    fn what_is_no_bundle() {
        for bytes in [
            &b""[..],
            b"drivekey bundle ",
            b"drivekey bundle 1\n-----BEGIN DRIVEKEY JSON-----",
            &text("[]"),
            &text(r#"{"value":[{}]}"#),
        ] {
            assert!(unpack_bundle(bytes).is_none());
        }
    }

    /// What is kept of it is nested deeper, and must still open.
    #[test]
    fn fields_that_are_nested_too_deep_are_refused() {
        let bundle = |extra: &str| {
            let record = format!(r#"{{"kind":"luks2","key":"s","id":"7EDB30ED-1234-4ABC-9DEF-0123456789AB",{extra}}}"#);
            let (begin, end) = ("-----BEGIN DRIVEKEY JSON-----", "-----END DRIVEKEY JSON-----");
            let text = format!("drivekey bundle 1\n\n{begin}\n{{\"value\":[{record}]}}\n{end}\n");
            unpack_bundle(text.as_bytes()).unwrap()
        };
        let nested = |depth| format!(r#""x":{}1{}"#, "[".repeat(depth), "]".repeat(depth));
        assert_eq!(bundle(&nested(UNKNOWN_DEPTH_MAX)).other_keys.len(), 1);
        let refused = bundle(&nested(UNKNOWN_DEPTH_MAX + 1));
        assert!(refused.other_keys.is_empty() && refused.remarks[0].kind == RemarkKind::BeyondCeiling, "{refused:?}");
        assert_eq!(refused.partial.len(), 1);
        let key = &bundle(r#""vault":1,"record":2,"revision":3,"slotNumber":4"#).other_keys[0];
        assert_eq!(key.details.unknown.keys().collect::<Vec<_>>(), ["slotNumber"]);
    }
}
