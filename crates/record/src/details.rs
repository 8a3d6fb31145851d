//! A record and its details, which are everything but the digits. JSON names follow Microsoft Graph where it has them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, Utc};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Created, KeyId, KeyKind, LineText, Proof, Secret, SetHere, Source, VolumeType};

/// A record's short permanent name in its vault: `r1`, `r2`, … It is never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Handle(u32);

/// The text is not a handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a handle")]
pub struct HandleError;

/// What became of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// May open its drive.
    #[default]
    Current,
    /// The drive no longer lists it, or the user says so.
    Superseded,
    /// Was typed into a recovery screen.
    Used,
    /// The drive is gone.
    Retired,
}

/// Everything known about a key except the key itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(into = "Wire")]
pub struct Details {
    /// What sort of key it is.
    pub kind: KeyKind,
    /// The Key ID.
    pub key_id: KeyId,
    /// The computer's name.
    pub device_name: Option<LineText>,
    /// The device's ID in Entra.
    pub device_id: Option<LineText>,
    /// What the volume is for.
    pub volume_type: VolumeType,
    /// The drive letter, such as `C:`.
    pub mount_point: Option<LineText>,
    /// The volume's label.
    pub volume_label: Option<LineText>,
    /// When the key was made, as its source states it.
    pub created: Option<Created>,
    /// The user's note.
    pub note: Option<LineText>,
    /// The user's tags, sorted, without duplicates in any spelling.
    pub tags: Vec<LineText>,
    /// What became of the key.
    pub state: State,
    /// Valid in form, but not a password that Windows would generate: the same group eight times.
    pub weak: bool,
    /// Records with the same Key ID and other digits, or with the same digits and another Key ID.
    pub conflicts_with: Vec<Handle>,
    /// When it was moved to the trash.
    pub removed: Option<DateTime<Utc>>,
    /// Whether it is in the trash because its import was undone. A new import then restores it.
    pub undone: bool,
    /// The latest trial against its drive.
    pub proof: Option<Proof>,
    /// When the user last had it written to its own drive, against the advice.
    pub guard_override: Option<DateTime<Utc>>,
    /// Where it came from, oldest first.
    pub sources: Vec<Source>,
    /// What was set in this vault itself, as opposed to what came from a source.
    pub set_here: SetHere,
    /// Fields that a newer version wrote, kept as they are.
    pub unknown: serde_json::Map<String, serde_json::Value>,
}

/// A key with everything known about it.
#[derive(Debug)]
pub struct Record {
    /// Everything but the key.
    pub details: Details,
    /// The key, of the kind that the details name.
    pub secret: Secret,
}

impl Details {
    /// Whether the key is a recovery password. No other kind can be tried on a drive.
    #[must_use]
    pub fn is_recovery_password(&self) -> bool {
        self.kind == KeyKind::BitLocker
    }
}

impl Handle {
    /// The handle with this number; `None` for zero.
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        if number == 0 { None } else { Some(Self(number)) }
    }

    /// Its number, from 1.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

impl FromStr for Handle {
    type Err = HandleError;

    fn from_str(text: &str) -> Result<Self, HandleError> {
        let digits = text.strip_prefix(['r', 'R']).ok_or(HandleError)?;
        if digits.starts_with(['0', '+']) {
            return Err(HandleError);
        }
        digits.parse().ok().and_then(Self::new).ok_or(HandleError)
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("r{}", self.0))
    }
}

impl TryFrom<String> for Handle {
    type Error = HandleError;

    fn try_from(text: String) -> Result<Self, HandleError> {
        text.parse()
    }
}

impl From<Handle> for String {
    fn from(handle: Handle) -> Self {
        handle.to_string()
    }
}

impl State {
    /// All states, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Current, Self::Superseded, Self::Used, Self::Retired];

    /// The word on the command line and in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Superseded => "superseded",
            Self::Used => "used",
            Self::Retired => "retired",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The JSON form. `id` is a full Key ID or absent; a partial one is in `keyIdPrefix`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    kind: KeyKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id_prefix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_date_time: Option<DateTime<FixedOffset>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_raw: Option<LineText>,
    volume_type: VolumeType,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_id: Option<LineText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_name: Option<LineText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mount_point: Option<LineText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    volume_label: Option<LineText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<LineText>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<LineText>,
    state: State,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    weak: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conflicts_with: Vec<Handle>,
    #[serde(skip_serializing_if = "Option::is_none")]
    removed_date_time: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    undone: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<Proof>,
    #[serde(skip_serializing_if = "Option::is_none")]
    guard_override_date_time: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sources: Vec<Source>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    set_here: BTreeSet<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags_set_here: Vec<LineText>,
    #[serde(flatten)]
    unknown: serde_json::Map<String, serde_json::Value>,
}

impl<'de> Deserialize<'de> for Details {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(DetailsVisitor)
    }
}

/// Reads field by field. Serde's `flatten` buffers everything first, which is slow for a list of 100,000 records.
struct DetailsVisitor;

impl<'de> Visitor<'de> for DetailsVisitor {
    type Value = Details;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the details of a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Details, A::Error> {
        let mut details = Details::default();
        let (mut prefix, mut created_raw) = (None, None);
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            match name.as_ref() {
                "kind" => details.kind = map.next_value()?,
                "id" => {
                    let id = map.next_value::<Cow<'de, str>>()?;
                    details.key_id = KeyId::Full(id.parse().map_err(A::Error::custom)?);
                }
                "keyIdPrefix" => prefix = Some(map.next_value::<Cow<'de, str>>()?.parse().map_err(A::Error::custom)?),
                "createdDateTime" => details.created = Some(Created::Zoned(map.next_value()?)),
                "createdRaw" => created_raw = Some(Created::Raw(map.next_value()?)),
                "volumeType" => details.volume_type = map.next_value()?,
                "deviceId" => details.device_id = map.next_value()?,
                "deviceName" => details.device_name = map.next_value()?,
                "mountPoint" => details.mount_point = map.next_value()?,
                "volumeLabel" => details.volume_label = map.next_value()?,
                "note" => details.note = map.next_value()?,
                "tags" => details.tags = map.next_value()?,
                "state" => details.state = map.next_value()?,
                "weak" => details.weak = map.next_value()?,
                "conflictsWith" => details.conflicts_with = map.next_value()?,
                "removedDateTime" => details.removed = map.next_value()?,
                "undone" => details.undone = map.next_value()?,
                "proof" => details.proof = map.next_value()?,
                "guardOverrideDateTime" => details.guard_override = map.next_value()?,
                "sources" => details.sources = map.next_value()?,
                "setHere" => details.set_here.fields = map.next_value()?,
                "tagsSetHere" => details.set_here.tags = map.next_value()?,
                _ => drop(details.unknown.insert(name.into_owned(), map.next_value()?)),
            }
        }
        if let (KeyId::Unknown, Some(prefix)) = (&details.key_id, prefix) {
            details.key_id = KeyId::Prefix(prefix);
        }
        details.created = details.created.or(created_raw);
        Ok(details)
    }
}

impl From<Details> for Wire {
    fn from(details: Details) -> Self {
        let (created_date_time, created_raw) = match details.created {
            Some(Created::Zoned(time)) => (Some(time), None),
            Some(Created::Raw(text)) => (None, Some(text)),
            None => (None, None),
        };
        let (id, key_id_prefix) = match details.key_id {
            KeyId::Full(guid) => (Some(guid.to_string()), None),
            KeyId::Prefix(prefix) => (None, Some(prefix.as_str().to_owned())),
            KeyId::Unknown => (None, None),
        };
        Self {
            kind: details.kind,
            id,
            key_id_prefix,
            created_date_time,
            created_raw,
            volume_type: details.volume_type,
            device_id: details.device_id,
            device_name: details.device_name,
            mount_point: details.mount_point,
            volume_label: details.volume_label,
            note: details.note,
            tags: details.tags,
            state: details.state,
            weak: details.weak,
            conflicts_with: details.conflicts_with,
            removed_date_time: details.removed,
            undone: details.undone,
            proof: details.proof,
            guard_override_date_time: details.guard_override,
            sources: details.sources,
            set_here: details.set_here.fields,
            tags_set_here: details.set_here.tags,
            unknown: details.unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_read_back_and_nothing_else_does() {
        assert_eq!("r17".parse(), Ok(Handle(17)));
        assert_eq!("R17".parse(), Ok(Handle(17)));
        for text in ["17", "r0", "r017", "r+7", "r", "r-1", "r99999999999", ""] {
            assert_eq!(text.parse::<Handle>(), Err(HandleError), "{text}");
        }
    }

    #[test]
    fn fields_of_a_newer_version_survive() {
        let json = r#"{"kind":"bitlocker","id":"7EDB30ED-1234-4ABC-9DEF-0123456789AB","volumeType":"fixedDataVolume","state":"current","provedDateTime":"2027-01-01T00:00:00Z"}"#;
        let details: Result<Details, _> = serde_json::from_str(json);
        assert_eq!(details.ok().and_then(|d| serde_json::to_string(&d).ok()).as_deref(), Some(json));
    }

    #[test]
    fn values_of_a_newer_version_survive() {
        let json = r#"{"kind":"luks2","volumeType":"swapVolume","state":"current"}"#;
        let details: Details = serde_json::from_str(json).unwrap();
        assert_eq!((details.kind.name(), details.volume_type.word()), ("luks2", "swapVolume"));
        assert_eq!(serde_json::to_string(&details).unwrap(), json);
        // A record that names no kind can only be of the first one.
        assert_eq!(serde_json::from_str::<Details>(r#"{"state":"used"}"#).unwrap().kind, KeyKind::BitLocker);
    }

    #[test]
    fn an_empty_record_is_mostly_absent() {
        assert_eq!(
            serde_json::to_string(&Details::default()).ok().as_deref(),
            Some(r#"{"kind":"bitlocker","volumeType":"unknown","state":"current"}"#)
        );
    }
}
