//! From what was read to what the vault takes in: whose word counts, what a bundle says besides, and the one write.

use chrono::{DateTime, Utc};

use super::file::{FileOutcome, Outcome};
use super::sources::{PassedOver, Source, Sources};
use crate::gather::GatherError;
use crate::{Progress, Watch, Work};
use drivekey_import::{Attachment, Candidate, OtherKey};
use drivekey_record::{AttachmentKind, Details, LineText, Secret, SourceKind, VolumeType, normalise_mount_point};
use drivekey_vault::{Expected, Incoming, Intake, IntakeOutcome, NewAttachment, Taking, Unlocked, Vault, VaultError};

/// What a person says of the keys that come in; it goes before what their files say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// The computer they belong to.
    pub device: Option<LineText>,
    /// What their drives are for.
    pub volume_type: Option<VolumeType>,
    /// The volume's label.
    pub label: Option<LineText>,
    /// Tags.
    pub tags: Vec<LineText>,
}

/// Everything that was read, as the vault takes it in, and the files it came from.
#[derive(Default)]
pub struct Ready {
    intake: Intake,
    files: Vec<FileOutcome>,
    failed: Vec<GatherError>,
    passed_over: PassedOver,
}

impl Sources {
    /// Makes everything ready to be taken in. `origin`: what the journal calls this intake.
    #[must_use]
    pub fn sort(self, said: &Said, origin: Option<LineText>) -> Ready {
        let intake = Intake { origin, ..Intake::default() };
        let mut ready = Ready { intake, files: Vec::new(), failed: self.failed, passed_over: self.passed_over };
        for source in self.read {
            ready.add(source, said);
        }
        ready
    }
}

impl Ready {
    fn add(&mut self, source: Source, said: &Said) {
        let mut outcome = FileOutcome::of(&source);
        let file_name = source.file_name();
        let Source { path, reading, suggestion, .. } = source;
        let Intake { records, attachments, .. } = &mut self.intake;
        outcome.keys = records.len()..records.len() + reading.keys();
        outcome.others = attachments.len()..attachments.len() + reading.attachments.len();
        let kind = path.is_none().then_some(SourceKind::Clipboard);
        records.extend(reading.records.into_iter().map(|mut candidate| {
            let told = candidate.told.take();
            let incoming = incoming(candidate, kind, file_name.clone(), suggestion.as_ref(), said);
            let mut incoming = with_all(incoming, told.map(|told| *told));
            incoming.details.mount_point = incoming.details.mount_point.map(normalise_mount_point);
            incoming
        }));
        let others = reading.other_keys.into_iter();
        records.extend(others.map(|key| other_key(key, kind, file_name.clone(), suggestion.as_ref(), said)));
        let others = reading.attachments.into_iter();
        attachments.extend(others.map(|one| attachment(one, file_name.clone(), suggestion.as_ref(), said)));
        self.files.push(outcome);
    }

    /// The keys.
    #[must_use]
    pub fn records(&self) -> &[Incoming] {
        &self.intake.records
    }

    /// How many startup keys and key packages there are.
    #[must_use]
    pub const fn attachments(&self) -> usize {
        self.intake.attachments.len()
    }

    /// What would become of each key, as far as the index tells.
    ///
    /// # Errors
    /// What reading the vault meets.
    pub fn expect(&self, vault: &mut Vault<Unlocked>) -> Result<Vec<Expected>, VaultError> {
        vault.expect(&self.intake.records)
    }

    /// Whether anything would be new, by what is expected of its keys.
    #[must_use]
    pub fn brings_news(&self, expected: &[Expected]) -> bool {
        self.attachments() > 0 || expected.iter().any(|one| !matches!(one, Expected::Known(_)))
    }

    /// Keeps all of it in one write or none, or tells what would become of it. `watch` cannot stop the write.
    ///
    /// # Errors
    /// What any write can meet; then nothing is kept.
    pub fn take_in(
        self,
        vault: &mut Vault<Unlocked>,
        now: DateTime<Utc>,
        taking: Taking,
        watch: &dyn Watch,
    ) -> Result<Outcome, VaultError> {
        let Self { intake, files, failed, passed_over } = self;
        let all = intake.records.len() as u64;
        let taken = if intake.records.is_empty() && intake.attachments.is_empty() {
            IntakeOutcome::default()
        } else {
            vault.import(intake, now, taking, |done| {
                let done = all.min(done as u64);
                watch.progress(Progress { work: Work::RecordsTaken, done, all: Some(all), bytes: 0 });
            })?
        };
        let files = files.into_iter().map(|mut file| {
            let ids = std::mem::take(&mut file.ids).into_iter();
            file.taken = ids.zip(taken.records[file.keys.clone()].iter().cloned()).collect();
            file.notes = taken.notes[file.keys.clone()].to_vec();
            file.attached = taken.attachments[file.others.clone()].to_vec();
            file
        });
        Ok(Outcome::new(files.collect(), failed, passed_over))
    }
}

/// What the user says goes before what the file says.
fn incoming(
    candidate: Candidate,
    kind: Option<SourceKind>,
    file_name: Option<LineText>,
    suggestion: Option<&LineText>,
    said: &Said,
) -> Incoming {
    let file_name = inside(file_name, candidate.inside.as_ref());
    let details = Details {
        key_id: candidate.key_id,
        device_name: said.device.clone().or(candidate.device_name).or_else(|| suggestion.cloned()),
        device_id: candidate.device_id,
        volume_type: said.volume_type.unwrap_or(candidate.volume_type),
        mount_point: candidate.mount_point,
        volume_label: said.label.clone().or(candidate.volume_label),
        created: candidate.created,
        note: candidate.note,
        tags: said.tags.clone(),
        ..Details::default()
    };
    Incoming { secret: candidate.password.into(), details, kind: kind.unwrap_or(candidate.source), file_name }
}

/// A record of a file of our own keeps what only such a file says: its tags, its state, its proof.
fn with_all(mut incoming: Incoming, told: Option<Details>) -> Incoming {
    if let Some(told) = told {
        let said = incoming.details;
        let mut tags = told.tags;
        tags.extend(said.tags);
        incoming.details = Details {
            kind: told.kind,
            device_name: said.device_name,
            volume_type: said.volume_type,
            volume_label: said.volume_label,
            tags,
            // A person may have chosen it.
            key_id: said.key_id,
            device_id: said.device_id.or(told.device_id),
            mount_point: said.mount_point.or(told.mount_point),
            created: said.created.or(told.created),
            note: said.note.or(told.note),
            state: told.state,
            proof: told.proof,
            unknown: told.unknown,
            ..Details::default()
        };
    }
    incoming
}

/// A key of a later version's kind, with all that its file says of it.
fn other_key(
    key: OtherKey,
    kind: Option<SourceKind>,
    file_name: Option<LineText>,
    suggestion: Option<&LineText>,
    said: &Said,
) -> Incoming {
    let told = key.details;
    let details = Details {
        key_id: told.key_id.clone(),
        device_name: said.device.clone().or_else(|| told.device_name.clone()).or_else(|| suggestion.cloned()),
        volume_type: said.volume_type.unwrap_or(told.volume_type),
        volume_label: said.label.clone().or_else(|| told.volume_label.clone()),
        tags: said.tags.clone(),
        ..Details::default()
    };
    let file_name = inside(file_name, key.inside.as_ref());
    let secret = Secret::Text(key.secret);
    with_all(Incoming { secret, details, kind: kind.unwrap_or(key.source), file_name }, Some(told))
}

fn attachment(
    attachment: Attachment,
    file_name: Option<LineText>,
    suggestion: Option<&LineText>,
    said: &Said,
) -> NewAttachment {
    let is_package = attachment.kind == AttachmentKind::KeyPackage;
    NewAttachment {
        kind: attachment.kind,
        guid: attachment.guid,
        key_ids: if is_package { vec![attachment.guid] } else { Vec::new() },
        bytes: attachment.bytes,
        device_name: said.device.clone().or(attachment.device_name).or_else(|| suggestion.cloned()),
        volume_label: said.label.clone(),
        file_name: inside(file_name, attachment.inside.as_ref()),
        created: attachment.created,
    }
}

/// A file inside an archive or a mail, behind the name of that.
fn inside(file_name: Option<LineText>, inside: Option<&LineText>) -> Option<LineText> {
    match (file_name, inside) {
        (Some(name), Some(inside)) => LineText::shortened(&format!("{name}/{inside}")),
        (name, inside) => name.or_else(|| inside.cloned()),
    }
}
