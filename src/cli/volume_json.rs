//! A BitLocker volume as JSON, described in docs/JSON.md.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::volume_words::target_words;
use drivekey_flows::fits::Fits;
use drivekey_flows::volumes::{Part, Placed, TargetName};
use drivekey_fve::Protector;
use drivekey_record::Guid;

/// A volume, with its place.
pub(super) fn volume(placed: &Placed<'_>) -> Map<String, Value> {
    let volume = placed.volume;
    let mut map = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            map.insert(name.to_owned(), value);
        }
    };
    let text = |value: Option<&drivekey_record::LineText>| value.map(|value| Value::from(value.as_str()));
    let description = volume.description.as_ref();
    put(
        "drive",
        Some(match &placed.place.target {
            TargetName::Drive(path) => path.display().to_string().into(),
            header @ TargetName::Header(_) => target_words(header).into(),
        }),
    );
    put("partition", if let Part::Partition(number) = placed.place.part { Some(number.into()) } else { None });
    put("start", Some(volume.start.into()));
    put("size", volume.size.map(Value::from));
    put("kind", Some(volume.kind.name().into()));
    put("layout", Some(volume.layout.name().into()));
    put("sectorSize", Some(volume.sector_size.into()));
    put("metadataVersion", Some(volume.metadata_version.into()));
    put("copies", Some(volume.copies.iter().map(|copy| Value::from(copy.state.name())).collect()));
    put("blockUsed", volume.copies[volume.used].offset.map(Value::from));
    put("blockBytes", Some(volume.block_bytes().into()));
    put("encryptedBytes", Some(volume.encrypted_bytes.into()));
    put("state", Some(volume.state.name().into()));
    put("nextState", Some(volume.next_state.name().into()));
    put("volumeId", Some(volume.guid.to_string().into()));
    put("cipher", Some(volume.cipher.name().into()));
    put("createdDateTime", volume.created.map(time));
    put("description", text(description.map(|description| &description.text)));
    put("deviceName", text(description.and_then(|description| description.computer.as_ref())));
    put("volumeLabel", text(description.and_then(|description| description.label.as_ref())));
    put(
        "mountPoint",
        description.and_then(|description| description.drive_letter).map(|letter| format!("{letter}:").into()),
    );
    put("createdRaw", text(description.and_then(|description| description.date.as_ref())));
    put("suspended", Some(volume.is_suspended().into()));
    put("warnings", Some(volume.warnings.iter().map(|warning| Value::from(warning.name())).collect()));
    put("protectors", Some(volume.protectors.iter().map(protector).collect()));
    let listed = |guid: &Guid| volume.protectors.iter().any(|protector| protector.guid == *guid);
    let others: Vec<Value> =
        volume.recovery_key_ids().iter().filter(|guid| !listed(guid)).map(|guid| guid.to_string().into()).collect();
    put("otherCopiesKeyIds", (!others.is_empty()).then_some(others.into()));
    map
}

/// Which records fit, by Key ID; or the nearest.
pub(super) fn add_fits(map: &mut Map<String, Value>, fits: &Fits) {
    let fitting = fits.entries.iter().map(|(guid, entry)| json!({ "handle": entry.handle, "id": guid.to_string() }));
    map.insert("records".to_owned(), fitting.collect());
    map.insert("proved".to_owned(), fits.proved.iter().map(|entry| Value::from(entry.handle.to_string())).collect());
    map.insert("nearest".to_owned(), fits.nearest.iter().map(|entry| Value::from(entry.handle.to_string())).collect());
}

fn protector(protector: &Protector) -> Value {
    let mut map = Map::new();
    map.insert("id".to_owned(), protector.guid.to_string().into());
    map.insert("type".to_owned(), protector.kind.name().into());
    map.insert("typeCode".to_owned(), protector.code.into());
    if let Some(modified) = protector.modified {
        map.insert("modifiedDateTime".to_owned(), time(modified));
    }
    for (name, value) in [("label", &protector.label), ("hint", &protector.hint)] {
        if let Some(value) = value {
            map.insert(name.to_owned(), value.as_str().into());
        }
    }
    if let Some(doubt) = protector.doubt {
        map.insert("cannotCheck".to_owned(), doubt.name().into());
    }
    Value::Object(map)
}

fn time(time: DateTime<Utc>) -> Value {
    time.to_rfc3339_opts(SecondsFormat::Secs, true).into()
}
