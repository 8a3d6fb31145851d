//! Records as JSON, as exports and bundles hold them: read straight into their types.

use base64::engine::general_purpose::STANDARD;
use base64::{Engine, decoded_len_estimate};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use crate::reading::{Attachment, Candidate, OtherKey, Reading};
use crate::{Place, Remark, RemarkKind};
use drivekey_record::{
    AttachmentKind, Details, Guid, Handle, KeyId, LineText, RecoveryPassword, Secret, SecretText, SourceKind,
};

/// What a sealed record says of its own place: no field of the record itself (FORMAT, section 5).
const OF_THE_SEAL: [&str; 3] = ["vault", "record", "revision"];
/// How deep an unknown field may be nested. What keeps it nests it deeper, and every reader of JSON has a limit.
pub(crate) const UNKNOWN_DEPTH_MAX: usize = 16;

/// Reads a document whose records have the marks of an export: the whole of it, its list of records alone, or one
/// record. `None` for any other.
pub(super) fn read(json: &str, source: SourceKind) -> Option<Reading> {
    let json = json.trim();
    let document = if json.starts_with('[') {
        Document { value: serde_json::from_str(json).ok()?, attachments: Vec::new() }
    } else {
        let one = || serde_json::from_str(json).map(|one| Document { value: vec![one], attachments: Vec::new() });
        serde_json::from_str(json).or_else(|_| one()).ok()?
    };
    let is_marked = !document.value.is_empty() && document.value.iter().all(|record| record.is_marked);
    is_marked.then(|| document.into_reading(source))
}

/// Reads the document of a bundle.
pub(crate) fn read_bundled(json: &str) -> Option<Reading> {
    serde_json::from_str::<Document>(json).ok().map(|document| document.into_reading(SourceKind::Bundle))
}

/// A record of a file of our own, with all that it says.
pub(super) fn candidate(password: RecoveryPassword, told: Details, place: Place, source: SourceKind) -> Candidate {
    Candidate {
        password,
        key_id: told.key_id.clone(),
        key_id_candidates: Vec::new(),
        device_name: told.device_name.clone(),
        mount_point: told.mount_point.clone(),
        volume_label: told.volume_label.clone(),
        volume_type: told.volume_type,
        created: told.created.clone(),
        source,
        device_id: told.device_id.clone(),
        note: told.note.clone(),
        place,
        inside: None,
        told: Some(Box::new(told)),
    }
}

#[derive(Deserialize)]
struct Document {
    value: Vec<Bundled>,
    #[serde(default)]
    attachments: Vec<Held>,
}

impl Document {
    fn into_reading(self, source: SourceKind) -> Reading {
        let mut reading = Reading { source: Some(source), ..Reading::default() };
        for (at, mut record) in self.value.into_iter().enumerate() {
            let place = Place::Record(at + 1);
            let unknown = &mut record.details.unknown;
            unknown.retain(|name, _| !OF_THE_SEAL.contains(&name.as_str()));
            let refused = if unknown.values().any(|value| is_deeper(value, UNKNOWN_DEPTH_MAX)) {
                RemarkKind::BeyondCeiling
            } else {
                match Secret::read(record.details.kind, &record.key) {
                    Ok(Secret::Text(secret)) => {
                        let details = record.details;
                        reading.other_keys.push(OtherKey { secret, details, source, inside: None });
                        continue;
                    }
                    Ok(Secret::RecoveryPassword(password)) => {
                        reading.records.push(candidate(password, record.details, place, source));
                        continue;
                    }
                    Err(error) => RemarkKind::from(error),
                }
            };
            reading.remarks.push(Remark::at(place, refused));
            reading.partial.extend((record.details.key_id != KeyId::Unknown).then_some(record.details.key_id));
        }
        reading.attachments = self.attachments.into_iter().map(Held::into_attachment).collect();
        reading
    }
}

/// Whether a value is nested deeper than this.
fn is_deeper(value: &serde_json::Value, depth: usize) -> bool {
    match (value, depth.checked_sub(1)) {
        (serde_json::Value::Array(_) | serde_json::Value::Object(_), None) => true,
        (serde_json::Value::Array(values), Some(rest)) => values.iter().any(|value| is_deeper(value, rest)),
        (serde_json::Value::Object(values), Some(rest)) => values.values().any(|value| is_deeper(value, rest)),
        _ => false,
    }
}

struct Bundled {
    details: Details,
    key: SecretText,
    /// Whether it has the marks of an export: a name in a vault, and a kind.
    is_marked: bool,
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
        let (mut key, mut has_handle) = (None, false);
        let mut details = serde_json::Map::new();
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "key" => key = Some(map.next_value()?),
                // The name it had in another vault.
                "handle" => {
                    let handle = map.next_value::<serde_json::Value>()?;
                    has_handle = handle.as_str().is_some_and(|handle| handle.parse::<Handle>().is_ok());
                }
                _ => drop(details.insert(name, map.next_value()?)),
            }
        }
        let is_marked = has_handle && details.contains_key("kind");
        let details =
            serde_json::from_value(serde_json::Value::Object(details)).map_err(|_| A::Error::custom("no record"))?;
        Ok(Bundled { details, key: key.ok_or_else(|| A::Error::missing_field("key"))?, is_marked })
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

    #[test]
    fn only_what_has_the_marks_of_an_export_is_one() {
        let record = |fields: &str| format!(r#"{{{fields}"key":"secret"}}"#);
        let marked = record(r#""handle":"r7","kind":"luks2","#);
        for whole in [marked.clone(), format!("[{marked}]"), format!(r#"{{"value":[{marked}]}}"#)] {
            let reading = read(&whole, SourceKind::Json).unwrap();
            assert_eq!((reading.other_keys.len(), reading.source), (1, Some(SourceKind::Json)), "{whole}");
        }
        let others = [r#""handle":"r7","#, r#""kind":"luks2","#, r#""handle":"7","kind":"luks2","#, ""].map(record);
        for other in others.iter().map(String::as_str).chain(["", "[]", "{}", r#"{"value":[]}"#, "[1]"]) {
            assert!(read(other, SourceKind::Json).is_none(), "{other}");
        }
        assert!(read(&format!("[{marked},{}]", others[0]), SourceKind::Json).is_none());
    }

    #[test]
    fn what_is_no_base64() {
        for bad in ["a", "ab=", "a===", "ab\n=", "===="] {
            assert!(base64(bad).is_none_or(|bytes| bytes.is_empty()), "{bad}");
        }
    }
}
