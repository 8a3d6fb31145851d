//! The fields that sources and users fill, and the differences between two records.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{Created, Details, LineText, Proof, Source, State, VolumeType};

/// A field of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// The Key ID.
    KeyId,
    /// The computer's name.
    DeviceName,
    /// The device's ID in Entra.
    DeviceId,
    /// What the volume is for.
    VolumeType,
    /// The drive letter.
    MountPoint,
    /// The volume's label.
    VolumeLabel,
    /// When the key was made.
    Created,
    /// The note.
    Note,
    /// What became of the key.
    State,
    /// The latest trial against its drive.
    Proof,
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum FieldValue {
    /// A line of text.
    Text(LineText),
    /// A volume type.
    VolumeType(VolumeType),
    /// A date.
    Created(Created),
    /// A state.
    State(State),
    /// A proof.
    Proof(Proof),
}

/// A field for which a source gives another value than the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The field.
    pub field: Field,
    /// The value in the record.
    pub kept: FieldValue,
    /// The value from the source.
    pub said: FieldValue,
    /// Whether the source's value is kept with the source. A record with the maximum number of sources has no room for
    /// it.
    pub noted: bool,
}

impl Field {
    /// All fields, in the order in which they are listed.
    pub const ALL: [Self; 10] = [
        Self::KeyId,
        Self::DeviceName,
        Self::DeviceId,
        Self::VolumeType,
        Self::MountPoint,
        Self::VolumeLabel,
        Self::Created,
        Self::Note,
        Self::State,
        Self::Proof,
    ];

    /// The name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::KeyId => "id",
            Self::DeviceName => "deviceName",
            Self::DeviceId => "deviceId",
            Self::VolumeType => "volumeType",
            Self::MountPoint => "mountPoint",
            Self::VolumeLabel => "volumeLabel",
            Self::Created => "created",
            Self::Note => "note",
            Self::State => "state",
            Self::Proof => "proof",
        }
    }

    /// The word that users see.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::KeyId => "Key ID",
            Self::DeviceName => "computer",
            Self::DeviceId => "computer's ID",
            Self::VolumeType => "type",
            Self::MountPoint => "drive",
            Self::VolumeLabel => "label",
            Self::Created => "date",
            Self::Note => "note",
            Self::State => "state",
            Self::Proof => "trial on its drive",
        }
    }

    /// The value in a record; `None` if it is not known.
    #[must_use]
    pub fn of(self, details: &Details) -> Option<FieldValue> {
        let text = |text: &Option<LineText>| text.clone().map(FieldValue::Text);
        match self {
            Self::KeyId => details.key_id.known_hex().and_then(|hex| hex.parse().ok()).map(FieldValue::Text),
            Self::DeviceName => text(&details.device_name),
            Self::DeviceId => text(&details.device_id),
            Self::VolumeType => {
                (details.volume_type != VolumeType::Unknown).then_some(FieldValue::VolumeType(details.volume_type))
            }
            Self::MountPoint => text(&details.mount_point),
            Self::VolumeLabel => text(&details.volume_label),
            Self::Created => details.created.clone().map(FieldValue::Created),
            Self::Note => text(&details.note),
            Self::State => Some(FieldValue::State(details.state)),
            Self::Proof => details.proof.clone().map(FieldValue::Proof),
        }
    }

    /// The value that a source gives if it differs from the record's.
    #[must_use]
    pub fn otherwise(self, source: &Source) -> Option<FieldValue> {
        let text = |text: &Option<LineText>| text.clone().map(FieldValue::Text);
        match self {
            // A record has one Key ID. Another Key ID makes another record.
            Self::KeyId => None,
            Self::DeviceName => text(&source.device_name),
            Self::DeviceId => text(&source.device_id),
            Self::VolumeType => source.volume_type.map(FieldValue::VolumeType),
            Self::MountPoint => text(&source.mount_point),
            Self::VolumeLabel => text(&source.volume_label),
            Self::Created => text(&source.created_raw),
            Self::Note => text(&source.note),
            Self::State => source.state.map(FieldValue::State),
            Self::Proof => source.proof.clone().map(FieldValue::Proof),
        }
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Difference {
    /// All fields for which a source gives another value than the record.
    #[must_use]
    pub fn between(details: &Details, source: &Source, noted: bool) -> Vec<Self> {
        let one = |field: Field| Some(Self { field, kept: field.of(details)?, said: field.otherwise(source)?, noted });
        Field::ALL.into_iter().filter_map(one).collect()
    }
}

impl fmt::Display for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => text.fmt(f),
            Self::VolumeType(kind) => kind.fmt(f),
            Self::Created(created) => created.fmt(f),
            Self::State(state) => state.fmt(f),
            Self::Proof(proof) => write!(f, "{} of {}", proof.level.name(), proof.at.format("%Y-%m-%d")),
        }
    }
}
