//! Merges two versions of one record: empty fields are filled, and differing values are kept with their source. No
//! value is overwritten.

use chrono::{DateTime, Utc};

use super::Incoming;
use drivekey_record::{
    Created, Details, Difference, Field, KeyId, LineText, Proof, Source, SourceKind, State, VolumeType, add_tag,
    normalise_mount_point,
};

/// The maximum number of sources that a record keeps.
const MAX_SOURCES: usize = 32;

/// Fills empty fields, keeps differing values with their source, and adds tags. Returns the differences that are new.
pub(super) fn merge(details: &mut Details, incoming: &Incoming, now: DateTime<Utc>) -> Vec<Difference> {
    let mut merging = Merging { typed: incoming.kind == SourceKind::Typed, details };
    let said = &incoming.details;
    let source = Source {
        device_name: merging.text(Field::DeviceName, said.device_name.as_ref()),
        device_id: merging.text(Field::DeviceId, said.device_id.as_ref()),
        volume_type: merging.volume_type(said.volume_type),
        mount_point: merging.text(Field::MountPoint, said.mount_point.clone().map(normalise_mount_point).as_ref()),
        volume_label: merging.text(Field::VolumeLabel, said.volume_label.as_ref()),
        created_raw: merging.created(said.created.as_ref()),
        note: merging.text(Field::Note, said.note.as_ref()),
        state: merging.state(said.state),
        proof: merging.proof(said.proof.as_ref()),
        ..Source::plain(incoming.kind, incoming.file_name.clone(), now)
    };
    merging.key_id(&said.key_id);
    merging.tags(&said.tags);
    for (name, value) in &said.unknown {
        details.unknown.entry(name).or_insert_with(|| value.clone());
    }
    note_source(details, source)
}

/// Keeps what was set in this vault and drops what came from a source. This is what remains after the import is undone.
pub(super) fn set_here(left: Details) -> Details {
    let has = |field| left.set_here.has(field);
    Details {
        kind: left.kind,
        key_id: if has(Field::KeyId) { left.key_id } else { KeyId::Unknown },
        device_name: left.device_name.filter(|_| has(Field::DeviceName)),
        device_id: left.device_id.filter(|_| has(Field::DeviceId)),
        volume_type: if has(Field::VolumeType) { left.volume_type } else { VolumeType::Unknown },
        mount_point: left.mount_point.filter(|_| has(Field::MountPoint)),
        volume_label: left.volume_label.filter(|_| has(Field::VolumeLabel)),
        created: left.created.filter(|_| has(Field::Created)),
        note: left.note.filter(|_| has(Field::Note)),
        tags: left.tags.into_iter().filter(|tag| left.set_here.has_tag(tag)).collect(),
        state: if has(Field::State) { left.state } else { State::default() },
        proof: left.proof.filter(|_| has(Field::Proof)),
        guard_override: left.guard_override,
        unknown: left.unknown,
        set_here: left.set_here,
        weak: left.weak,
        conflicts_with: Vec::new(),
        removed: None,
        undone: false,
        sources: Vec::new(),
    }
}

struct Merging<'a> {
    details: &'a mut Details,
    /// Typed by a person here. Such a value stays when an import with the same value is undone.
    typed: bool,
}

impl Merging<'_> {
    fn key_id(&mut self, said: &KeyId) {
        let known = |key_id: &KeyId| key_id.known_hex().map_or(0, |hex| hex.len());
        if self.details.key_id.full().is_none() && known(said) > known(&self.details.key_id) {
            self.details.key_id = said.clone();
            self.details.set_here.note(Field::KeyId, self.typed);
        } else if self.typed && known(said) > 0 && *said == self.details.key_id {
            self.details.set_here.note(Field::KeyId, true);
        }
    }

    /// Returns a value that differs from a filled field.
    fn text(&mut self, field: Field, said: Option<&LineText>) -> Option<LineText> {
        let kept = match field {
            Field::DeviceName => &mut self.details.device_name,
            Field::DeviceId => &mut self.details.device_id,
            Field::MountPoint => &mut self.details.mount_point,
            Field::VolumeLabel => &mut self.details.volume_label,
            Field::Note => &mut self.details.note,
            Field::KeyId | Field::VolumeType | Field::Created | Field::State | Field::Proof => return None,
        };
        let said = said?;
        match kept {
            None => *kept = Some(said.clone()),
            // Case and spaces may matter in a note, which is not a name.
            Some(kept) if field != Field::Note && kept.normalised() == said.normalised() || kept == said => {
                if self.typed {
                    self.details.set_here.note(field, true);
                }
                return None;
            }
            Some(_) => return Some(said.clone()),
        }
        self.details.set_here.note(field, self.typed);
        None
    }

    fn volume_type(&mut self, said: VolumeType) -> Option<VolumeType> {
        use VolumeType::{Data, FixedData, RemovableData, Unknown};
        let details = &mut *self.details;
        match (details.volume_type, said) {
            (_, Unknown) => return None,
            (kept, new) if kept == new => {
                if self.typed {
                    details.set_here.note(Field::VolumeType, true);
                }
                return None;
            }
            // The same type, less exactly.
            (FixedData | RemovableData, Data) => return None,
            (Unknown, new) => details.volume_type = new,
            (Data, new @ (FixedData | RemovableData)) if self.typed || !details.set_here.has(Field::VolumeType) => {
                details.volume_type = new;
            }
            (_, new) => return Some(new),
        }
        details.set_here.note(Field::VolumeType, self.typed);
        None
    }

    fn created(&mut self, said: Option<&Created>) -> Option<LineText> {
        let new = said?;
        match &self.details.created {
            None => {
                self.details.created = Some(new.clone());
                None
            }
            Some(kept) if kept == new => None,
            Some(_) => new.to_string().parse().ok(),
        }
    }

    /// Every key is `current` unless a source says otherwise.
    fn state(&mut self, said: State) -> Option<State> {
        let details = &mut *self.details;
        if said == State::Current || said == details.state {
            return None;
        }
        if details.sources.is_empty() && !details.set_here.has(Field::State) {
            details.state = said;
            return None;
        }
        Some(said)
    }

    /// Two trials with the same outcome do not differ.
    fn proof(&mut self, said: Option<&Proof>) -> Option<Proof> {
        let new = said?;
        match &self.details.proof {
            None => {
                self.details.proof = Some(new.clone());
                None
            }
            Some(kept) if (kept.level, kept.volume) == (new.level, new.volume) => None,
            Some(_) => Some(new.clone()),
        }
    }

    fn tags(&mut self, said: &[LineText]) {
        for tag in said {
            add_tag(&mut self.details.tags, tag);
            if self.typed {
                self.details.set_here.add_tag(tag);
            }
        }
    }
}

/// Adds a source that is new or says something new.
fn note_source(details: &mut Details, source: Source) -> Vec<Difference> {
    let same = |old: &Source| Source { imported_date_time: source.imported_date_time, ..old.clone() } == source;
    if details.sources.iter().any(same) {
        return Vec::new();
    }
    if source.is_plain() {
        // The record holds what its first source says. Reading that source again is new only if a field differs.
        let same_file = details.sources.iter().any(|old| old.kind == source.kind && old.file_name == source.file_name);
        if !same_file && details.sources.len() < MAX_SOURCES {
            details.sources.push(source);
        }
        return Vec::new();
    }
    if details.sources.len() >= MAX_SOURCES {
        // To make room, a source that adds nothing is dropped, but never the first: it tells when the key was added.
        match details.sources.iter().skip(1).position(Source::is_plain) {
            Some(at) => drop(details.sources.remove(at + 1)),
            None => return Difference::between(details, &source, false),
        }
    }
    let differences = Difference::between(details, &source, true);
    details.sources.push(source);
    differences
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use drivekey_record::ProofLevel::{KeyIdFits, OpensVolume};
    use drivekey_record::RecoveryPassword;

    fn said(device: &str, file: &str) -> Incoming {
        let details = Details { device_name: device.parse().ok(), ..Details::default() };
        let password = RecoveryPassword::parse(&["000011"; 8].join("-")).unwrap();
        Incoming { secret: password.into(), details, kind: SourceKind::Bundle, file_name: file.parse().ok() }
    }

    #[test]
    fn a_difference_finds_its_place_until_every_source_has_one() {
        let now = DateTime::UNIX_EPOCH;
        let mut details = Details::default();
        for file in 0..40 {
            merge(&mut details, &said("PC", &format!("{file}.txt")), now);
        }
        assert_eq!(details.sources.len(), MAX_SOURCES);
        for file in 1..MAX_SOURCES {
            let found = merge(&mut details, &said(&format!("PC-{file}"), "b.age"), now);
            assert!(matches!(&found[..], [Difference { field: Field::DeviceName, noted: true, .. }]), "{found:?}");
        }
        let found = merge(&mut details, &said("PC-99", "b.age"), now);
        assert!(matches!(&found[..], [Difference { noted: false, .. }]), "{found:?}");
        assert_eq!(
            (details.sources.len(), details.sources[0].file_name.as_ref().unwrap().as_str()),
            (MAX_SOURCES, "0.txt")
        );
        // A difference that is already kept is not reported.
        assert!(merge(&mut details, &said("PC-7", "b.age"), now).is_empty());
    }

    proptest! {
        /// For any inputs in any order: each value is the record's, is kept with its source, or is reported as lost.
        #[test]
        fn no_saying_is_lost_in_silence(sayings in prop::collection::vec((0..6_u8, 0..6_u8, 0..3_u8, 0..5_u8), 1..60)) {
            let mut details = Details::default();
            let mut reported = Vec::new();
            for (at, (device, note, volume_type, file)) in sayings.iter().enumerate() {
                let kind = if *file == 4 { SourceKind::Typed } else { SourceKind::Bundle };
                let mut one = Incoming { kind, ..said(&format!("PC-{device}"), &format!("{file}.age")) };
                one.details.note = format!("note {note}").parse().ok();
                one.details.volume_type = [VolumeType::OperatingSystem, VolumeType::FixedData, VolumeType::RemovableData][usize::from(*volume_type)];
                let now = DateTime::UNIX_EPOCH + chrono::TimeDelta::seconds(i64::try_from(at).unwrap());
                reported.extend(merge(&mut details, &one, now).into_iter().filter(|one| !one.noted));
                prop_assert!(details.sources.len() <= MAX_SOURCES);
                for field in [Field::DeviceName, Field::Note, Field::VolumeType] {
                    let said = field.of(&one.details);
                    let kept = field.of(&details) == said || details.sources.iter().any(|source| field.otherwise(source) == said);
                    prop_assert!(kept || reported.iter().any(|lost| lost.field == field && Some(&lost.said) == said.as_ref()));
                }
            }
        }
    }

    #[test]
    fn every_field_of_which_two_speak_keeps_both() {
        let now = DateTime::UNIX_EPOCH;
        let all = |text: &str, volume_type, state, level| Details {
            device_name: text.parse().ok(),
            device_id: text.parse().ok(),
            volume_type,
            mount_point: text.parse().ok(),
            volume_label: text.parse().ok(),
            created: text.parse().ok().map(Created::Raw),
            note: text.parse().ok(),
            state,
            proof: Some(Proof { at: now, level, volume: drivekey_record::Guid::from_bytes([1; 16]) }),
            ..Details::default()
        };
        let mut details = Details::default();
        merge(
            &mut details,
            &Incoming { details: all("one", VolumeType::Data, State::Used, KeyIdFits), ..said("", "a") },
            now,
        );
        assert!(details.sources[0].is_plain());
        let other = all("two", VolumeType::OperatingSystem, State::Retired, OpensVolume);
        let found = merge(&mut details, &Incoming { details: other.clone(), ..said("", "b") }, now);
        let fields: Vec<Field> = found.iter().map(|one| one.field).collect();
        assert_eq!(fields, Field::ALL[1..], "a Key ID is never said otherwise of one record");
        for one in found {
            assert_eq!(Some(&one.kept), one.field.of(&details).as_ref());
            let said = if one.field == Field::Created {
                one.field.otherwise(&details.sources[1])
            } else {
                one.field.of(&other)
            };
            assert_eq!(Some(one.said), said);
        }
    }
}
