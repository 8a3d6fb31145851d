//! The text inside a bundle of ours, read back exactly: its part for programs. And bundles that are still sealed, which
//! are only recognised here.

use base64::engine::general_purpose::STANDARD;
use base64::{Engine, decoded_len_estimate};
use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use super::input::Input;
use super::reading::{Attachment, Candidate, OtherKey, Reading};
use super::{Place, Remark, RemarkKind, plain};
use drivekey_record::{
    AttachmentKind, Details, Guid, KeyId, LineText, PasswordError, PasswordProblem, RecoveryPassword, Secret,
    SecretText, SourceKind,
};

/// How an age file begins, and the same as text for mails.
const SEALED: [&[u8]; 2] = [b"age-encryption.org/v1\n", b"-----BEGIN AGE ENCRYPTED FILE-----"];
/// The first words of the text, its form's number left out.
const TITLE: &[u8] = b"drivekey bundle ";
/// The lines around the part for programs.
const BEGIN: &[u8] = b"\n-----BEGIN DRIVEKEY JSON-----";
const END: &[u8] = b"\n-----END DRIVEKEY JSON-----";

/// What a bundle held.
#[derive(Debug, Default)]
pub struct Bundle {
    /// As of any other file.
    pub reading: Reading,
    /// All that it says of each record, tags and state included, in the order of the reading's.
    pub details: Vec<Details>,
}

/// Whether these are the bytes of a sealed age file.
#[must_use]
pub fn is_sealed(bytes: &[u8]) -> bool {
    SEALED.iter().any(|magic| bytes.starts_with(magic))
}

/// What a sealed record says of its own place: no field of the record itself (FORMAT, section 5).
const OF_THE_SEAL: [&str; 3] = ["vault", "record", "revision"];
/// How deep an unknown field may be nested. What keeps it nests it deeper, and every reader of JSON has a limit.
const UNKNOWN_DEPTH_MAX: usize = 16;

/// Whether a value is nested deeper than this.
fn is_deeper(value: &serde_json::Value, depth: usize) -> bool {
    match (value, depth.checked_sub(1)) {
        (serde_json::Value::Array(_) | serde_json::Value::Object(_), None) => true,
        (serde_json::Value::Array(values), Some(rest)) => values.iter().any(|value| is_deeper(value, rest)),
        (serde_json::Value::Object(values), Some(rest)) => values.values().any(|value| is_deeper(value, rest)),
        _ => false,
    }
}

/// Reads the text of a bundle; `None` for any other bytes.
#[must_use]
pub fn unpack_bundle(bytes: &[u8]) -> Option<Bundle> {
    let json = part_for_programs(bytes)?;
    let document: Document = serde_json::from_slice(json).ok()?;
    let mut bundle = Bundle::default();
    for (at, mut record) in document.value.into_iter().enumerate() {
        let place = Place::Record(at + 1);
        let unknown = &mut record.details.unknown;
        unknown.retain(|name, _| !OF_THE_SEAL.contains(&name.as_str()));
        if unknown.values().any(|value| is_deeper(value, UNKNOWN_DEPTH_MAX)) {
            bundle.reading.remarks.push(Remark::at(place, RemarkKind::BeyondCeiling));
            bundle.reading.partial.extend((record.details.key_id != KeyId::Unknown).then_some(record.details.key_id));
            continue;
        }
        match Secret::read(record.details.kind, &record.key) {
            Ok(Secret::Text(secret)) => {
                bundle.reading.other_keys.push(OtherKey { secret, details: record.details, inside: None });
            }
            Ok(Secret::RecoveryPassword(password)) => {
                bundle.reading.records.push(candidate(password, &record.details, place));
                bundle.details.push(record.details);
            }
            Err(error) => {
                bundle.reading.remarks.push(Remark::at(place, remark_of(error)));
                if record.details.key_id != KeyId::Unknown {
                    bundle.reading.partial.push(record.details.key_id);
                }
            }
        }
    }
    bundle.reading.attachments = document.attachments.into_iter().map(Held::into_attachment).collect();
    bundle.reading.source = Some(SourceKind::Bundle);
    Some(bundle)
}

/// For the table of readers: still sealed.
pub(super) fn read_sealed(input: &Input<'_>) -> Option<Reading> {
    is_sealed(input.bytes).then(|| Reading {
        remarks: vec![Remark::whole(RemarkKind::SealedBundle)],
        source: Some(SourceKind::Bundle),
        ..Reading::default()
    })
}

/// For the table of readers: opened by another program. Where the part for programs is broken, the part for people is
/// read as any text.
pub(super) fn read_open(input: &Input<'_>) -> Option<Reading> {
    part_for_programs(input.bytes)?;
    if let Some(bundle) = unpack_bundle(input.bytes) {
        return Some(bundle.reading);
    }
    let mut reading = plain::read(input);
    reading.remarks.insert(0, Remark::whole(RemarkKind::BrokenStructure));
    Some(reading)
}

/// The bytes between the two lines.
fn part_for_programs(bytes: &[u8]) -> Option<&[u8]> {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = text.strip_prefix(TITLE)?;
    let begin = text.windows(BEGIN.len()).position(|window| window == BEGIN)? + BEGIN.len();
    let rest = &text[begin..];
    let end = rest.windows(END.len()).rposition(|window| window == END)?;
    Some(&rest[..end])
}

fn candidate(password: RecoveryPassword, details: &Details, place: Place) -> Candidate {
    Candidate {
        password,
        key_id: details.key_id.clone(),
        key_id_candidates: Vec::new(),
        device_name: details.device_name.clone(),
        mount_point: details.mount_point.clone(),
        volume_label: details.volume_label.clone(),
        volume_type: details.volume_type,
        created: details.created.clone(),
        source: SourceKind::Bundle,
        device_id: details.device_id.clone(),
        note: details.note.clone(),
        place,
        inside: None,
    }
}

const fn remark_of(error: PasswordError) -> RemarkKind {
    match error {
        PasswordError::Group { group, problem: PasswordProblem::OutOfRange } => RemarkKind::GroupOutOfRange { group },
        PasswordError::Group { group, problem: PasswordProblem::NotDivisibleBy11 } => {
            RemarkKind::GroupNotDivisibleBy11 { group }
        }
        PasswordError::Group { group, problem: PasswordProblem::Length { .. } } => {
            RemarkKind::WrongGroupLength { group }
        }
        PasswordError::Group { group, problem: PasswordProblem::NotADigit } => RemarkKind::GroupNotDigits { group },
        PasswordError::GroupCount { found } => RemarkKind::WrongGroupCount { found },
    }
}

#[derive(Deserialize)]
struct Document {
    value: Vec<Bundled>,
    #[serde(default)]
    attachments: Vec<Held>,
}

struct Bundled {
    details: Details,
    key: SecretText,
}

impl<'de> Deserialize<'de> for Bundled {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(BundledVisitor)
    }
}

/// Reads the key straight into its type; serde's `flatten` would keep it in an unwiped buffer on the way.
struct BundledVisitor;

impl<'de> Visitor<'de> for BundledVisitor {
    type Value = Bundled;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Bundled, A::Error> {
        let mut key = None;
        let mut details = serde_json::Map::new();
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "key" => key = Some(map.next_value()?),
                // The name it had in another vault.
                "handle" => drop(map.next_value::<IgnoredAny>()?),
                _ => drop(details.insert(name, map.next_value()?)),
            }
        }
        let details =
            serde_json::from_value(serde_json::Value::Object(details)).map_err(|_| A::Error::custom("no record"))?;
        Ok(Bundled { details, key: key.ok_or_else(|| A::Error::missing_field("key"))? })
    }
}

/// What is no record.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Held {
    kind: AttachmentKind,
    id: Guid,
    device_name: Option<LineText>,
    bytes: Base64,
}

impl Held {
    fn into_attachment(self) -> Attachment {
        let Self { kind, id, device_name, bytes } = self;
        Attachment { kind, guid: id, bytes: bytes.0, created: None, device_name, inside: None }
    }
}

struct Base64(Zeroizing<Vec<u8>>);

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Base64;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("base64")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Base64, E> {
                base64(text).map(Base64).ok_or_else(|| E::custom("no base64"))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// As the export writes it: no line ends, filled up with `=`.
fn base64(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(decoded_len_estimate(text.len())));
    STANDARD.decode_vec(text, &mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(bundle.reading.records.len(), 1);
        assert_eq!(bundle.details[0].tags.len(), 1);
        assert!(bundle.details[0].unknown.is_empty());
        let codes: Vec<_> = bundle.reading.remarks.iter().map(|remark| (remark.code(), remark.place)).collect();
        assert_eq!(codes, [("group_not_divisible_by_11", Some(Place::Record(1)))]);
        assert_eq!(bundle.reading.partial.len(), 1);
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
        for bad in ["a", "ab=", "a===", "ab\n=", "===="] {
            assert!(base64(bad).is_none_or(|bytes| bytes.is_empty()), "{bad}");
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
        assert_eq!(bundle(&nested(UNKNOWN_DEPTH_MAX)).reading.other_keys.len(), 1);
        let refused = bundle(&nested(UNKNOWN_DEPTH_MAX + 1)).reading;
        assert!(refused.other_keys.is_empty() && refused.remarks[0].kind == RemarkKind::BeyondCeiling, "{refused:?}");
        assert_eq!(refused.partial.len(), 1);
        let key = &bundle(r#""vault":1,"record":2,"revision":3,"slotNumber":4"#).reading.other_keys[0];
        assert_eq!(key.details.unknown.keys().collect::<Vec<_>>(), ["slotNumber"]);
    }
}
