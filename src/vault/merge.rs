//! Two sayings of one record become one: empty fields are filled, differing ones are kept beside their source. Nothing
//! that is there is overwritten. Must not know the store.

use chrono::{DateTime, Utc};

use super::Incoming;
use crate::record::{Details, KeyId, LineText, Source};

/// A record remembers this many sources.
const MOST_SOURCES: usize = 32;

/// Fills what is empty, notes what differs with its source, and adds tags.
pub(super) fn merge(details: &mut Details, incoming: &Incoming, now: DateTime<Utc>) {
    let said = &incoming.details;
    if details.key_id.full().is_none() && said.key_id != KeyId::Unknown {
        let longer = said.key_id.known_hex().map_or(0, |hex| hex.len()) > details.key_id.known_hex().map_or(0, |hex| hex.len());
        if longer {
            details.key_id = said.key_id.clone();
        }
    }
    let source = Source {
        kind: incoming.kind,
        file_name: incoming.file_name.clone(),
        imported_date_time: now,
        device_name: fill(&mut details.device_name, said.device_name.as_ref()),
        volume_type: None,
        mount_point: fill(&mut details.mount_point, said.mount_point.as_ref()),
        volume_label: fill(&mut details.volume_label, said.volume_label.as_ref()),
        created_raw: None,
    };
    let source = Source { volume_type: fill_volume_type(details, said), created_raw: fill_created(details, said), ..source };
    if details.device_id.is_none() {
        details.device_id.clone_from(&said.device_id);
    }
    if details.note.is_none() {
        details.note.clone_from(&said.note);
    }
    details.tags.extend(said.tags.iter().cloned());
    details.tags.sort();
    details.tags.dedup();
    let noted = details.sources.iter().any(|old| Source { imported_date_time: now, ..old.clone() } == source);
    // The first source says what the record itself says; only a differing field makes a second reading of it new.
    let plain = Source { device_name: None, volume_type: None, mount_point: None, volume_label: None, created_raw: None, ..source.clone() };
    let same_file = source == plain && details.sources.iter().any(|old| old.kind == source.kind && old.file_name == source.file_name);
    if !noted && !same_file && details.sources.len() < MOST_SOURCES {
        details.sources.push(source);
    }
}

/// Fills an empty field; gives back what differs from a filled one.
fn fill(field: &mut Option<LineText>, said: Option<&LineText>) -> Option<LineText> {
    let said = said?;
    match field {
        None => {
            *field = Some(said.clone());
            None
        }
        Some(kept) if kept.normalised() == said.normalised() => None,
        Some(_) => Some(said.clone()),
    }
}

fn fill_volume_type(details: &mut Details, said: &Details) -> Option<crate::record::VolumeType> {
    use crate::record::VolumeType::{Data, FixedData, RemovableData, Unknown};
    match (details.volume_type, said.volume_type) {
        (_, Unknown) => None,
        (kept, new) if kept == new => None,
        (Unknown, new) | (Data, new @ (FixedData | RemovableData)) => {
            details.volume_type = new;
            None
        }
        (FixedData | RemovableData, Data) => None,
        (_, new) => Some(new),
    }
}

fn fill_created(details: &mut Details, said: &Details) -> Option<LineText> {
    let new = said.created.as_ref()?;
    match &details.created {
        None => {
            details.created = Some(new.clone());
            None
        }
        Some(kept) if kept == new => None,
        Some(_) => new.to_string().parse().ok(),
    }
}
