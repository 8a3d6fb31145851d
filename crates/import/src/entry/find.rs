//! What stands in the fields of one entry: passwords, Key IDs, flaws.

use std::hash::{BuildHasher, RandomState};

use super::{Entry, Role, defect, value};
use crate::normalise::normalised;
use crate::pair::{self, Pairing};
use crate::scan::{self, Found as Event, guid_at};
use crate::{RemarkKind, key_id, labels};
use drivekey_extract::Encoding;
use drivekey_record::{GROUPS, Guid, KeyId, RecoveryPassword};

/// Cut-off passwords show at least so many digits.
const CUT_DIGITS: usize = 12;
/// Most Key IDs that one value is searched for.
const IDS_MAX: usize = 64;

/// A password in an entry.
pub(super) struct Key {
    /// The password.
    pub(super) password: RecoveryPassword,
    /// Equal for equal passwords, for this file only.
    pub(super) mark: u64,
    /// In which field.
    pub(super) field: usize,
    /// On which line of the field.
    pub(super) line: usize,
    /// What its own value says of its Key ID.
    pub(super) pairing: Pairing,
    /// Remarks on it.
    pub(super) notes: Vec<RemarkKind>,
    /// Whether letters were read as digits.
    pub(super) ocr: bool,
}

/// A Key ID, or what may be one.
#[derive(Clone)]
pub(super) struct Id {
    /// The ID.
    pub(super) value: KeyId,
    /// What its field is for.
    pub(super) role: Role,
    /// In which field.
    pub(super) field: usize,
    /// On which line of the field.
    pub(super) line: usize,
    /// Whether it was broken over lines.
    pub(super) rejoined: bool,
    /// Whether digits of another script were folded in it.
    pub(super) folded: bool,
    /// Whether its own value or its field says that it is a Key ID.
    pub(super) sure: bool,
}

impl Id {
    /// One that fills its field, or is its name.
    pub(super) const fn whole(value: KeyId, role: Role, field: usize) -> Self {
        let sure = matches!(role, Role::KeyId | Role::Directory);
        Self { value, role, field, line: 1, rejoined: false, folded: false, sure }
    }
}

/// All of it.
#[derive(Default)]
pub(super) struct Found {
    /// The passwords, in the order of the fields.
    pub(super) keys: Vec<Key>,
    /// The IDs, in the order of the fields.
    pub(super) ids: Vec<Id>,
    /// What was meant as a password and is none.
    pub(super) flaws: Vec<RemarkKind>,
    /// Whether the entry is a key protector of another kind.
    pub(super) other_protector: bool,
    /// Whether the IDs were chosen by types that are joined in one line as they are.
    pub(super) chosen: bool,
    /// Whether the entry says that it is a recovery password's protector.
    pub(super) password_protector: bool,
}

/// Looks through one entry.
pub(super) fn find(entry: &Entry<'_>, marks: &RandomState) -> Found {
    let mut found = Found::default();
    let types = protector_types(entry);
    if let Some([only]) = types.as_deref() {
        found.other_protector = !only;
        found.password_protector = *only;
    }
    split_groups(entry, &mut found, marks);
    for (index, field) in entry.fields.iter().enumerate() {
        match field.role {
            // Titles may mislead: a date that is none is looked at like any value.
            Role::Created | Role::ProtectorType | Role::VolumeType => {
                if holds_long_number(&field.value) || value::is_key_id(&field.value) {
                    look(&field.value, Role::Unknown, index, &mut found, marks);
                }
            }
            Role::KeyPackage | Role::OtherId | Role::DeviceId if !holds_long_number(&field.value) => {}
            Role::Directory | Role::Name if directory_id(&field.value).is_some() => {
                let key_id = directory_id(&field.value).map(KeyId::Full).unwrap_or_default();
                found.ids.push(Id::whole(key_id, Role::Directory, index));
            }
            role => look(&field.value, role, index, &mut found, marks),
        }
        if field.role == Role::Unknown
            && let Some(guid) = guid_of_name(&field.name)
            && found.keys.iter().any(|key| key.field == index)
        {
            let role = if key_id::names_a_key(&entry.name) || is_of_pairs(entry) { Role::KeyId } else { Role::Unknown };
            found.ids.push(Id::whole(KeyId::Full(guid), role, index));
        }
    }
    volume_guids(entry, &mut found);
    if entry.dialect.keeper {
        logins(entry, &mut found);
    }
    if let Some(types) = types.filter(|types| types.len() > 1) {
        keep_passwords_ids(&types, &mut found);
    }
    if found.other_protector {
        found.ids.clear();
    }
    found
}

/// What `ExtractBitlockerKeys` calls the GUID of a volume is in truth the Key ID.
fn volume_guids(entry: &Entry<'_>, found: &mut Found) {
    let is_its = entry.has("volumeguid")
        && entry.has("recoverykey")
        && (entry.has("createdat") || entry.has("organizationalunits"))
        && (entry.has("computerfqdn") || entry.has("fqdn"));
    if is_its && let Some(at) = entry.fields.iter().position(|field| super::folded(&field.name) == "volumeguid") {
        let key_id = value::key_id(&entry.fields[at].value).filter(|key_id| matches!(key_id, KeyId::Full(_)));
        found.ids.extend(key_id.map(|key_id| Id::whole(key_id, Role::KeyId, at)));
    }
}

/// In a password manager the login of a key is its ID.
fn logins(entry: &Entry<'_>, found: &mut Found) {
    const LOGINS: &[&str] = &["username", "user", "login", "loginname", "loginusername"];
    let is_login = |field: usize| LOGINS.contains(&super::folded(&entry.fields[field].name).as_str());
    for id in found.ids.iter_mut().filter(|id| is_login(id.field)) {
        id.sure |= value::is_key_id(&entry.fields[id.field].value) && matches!(id.value, KeyId::Full(_));
    }
}

/// Whether the entry is nothing but keys under their IDs.
fn is_of_pairs(entry: &Entry<'_>) -> bool {
    entry.fields.iter().all(|field| guid_of_name(&field.name).is_some())
        && (entry.name.is_empty() || entry.fields.len() > 1)
}

/// A GUID that is the name of a field.
fn guid_of_name(name: &str) -> Option<Guid> {
    let name = name.trim().trim_matches(['{', '}']);
    guid_at(name.as_bytes(), 0).filter(|found| !found.ocr && found.span.end == name.len()).map(|found| found.guid)
}

/// The GUID that names an entry, alone or as a name of Active Directory.
pub(super) fn guid_of_entry(name: &str) -> Option<Guid> {
    guid_of_name(name).or_else(|| directory_id(name))
}

fn directory_id(text: &str) -> Option<Guid> {
    crate::directory::parse(text)?.guid
}

fn holds_long_number(text: &str) -> bool {
    text.len() >= 40 && text.bytes().filter(u8::is_ascii_digit).count() >= 40
}

/// For each type that the entry names, whether it is a recovery password's.
fn protector_types(entry: &Entry<'_>) -> Option<Vec<bool>> {
    let named = entry
        .fields
        .iter()
        .filter(|field| field.role == Role::ProtectorType || field.name.eq_ignore_ascii_case("type"));
    let mut types = Vec::new();
    for field in named {
        for word in field.value.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            let is_number = word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_digit());
            if is_number && field.role == Role::ProtectorType {
                types.push(word == "3");
            } else {
                types.push(labels::protector_type(word)?);
            }
        }
    }
    (!types.is_empty()).then_some(types)
}

/// Where types stand beside as many IDs, only those of recovery passwords are Key IDs.
fn keep_passwords_ids(types: &[bool], found: &mut Found) {
    let ids = found.ids.iter().filter(|id| id.role == Role::KeyId).count();
    if ids == types.len() {
        found.chosen = found.ids.iter().all(|id| id.line == found.ids[0].line);
        let mut types = types.iter();
        found.ids.retain(|id| id.role != Role::KeyId || types.next().is_some_and(|is_password| *is_password));
    }
}

fn look(text: &str, role: Role, field: usize, found: &mut Found, marks: &RandomState) {
    if matches!(role, Role::KeyId | Role::Id)
        && !text.trim().contains('\n')
        && let Some(key_id) = value::key_id(text)
    {
        // Eight decimal digits are any number, unless they are called a Key ID.
        if role == Role::KeyId || key_id.known_hex().is_some_and(|hex| hex.contains(|c: char| c.is_ascii_alphabetic()))
        {
            found.ids.push(Id::whole(key_id, role, field));
            return;
        }
    }
    if role == Role::Password && defect::is_lost(text) || holds_lost(text) {
        found.flaws.push(RemarkKind::PasswordLostInNumberFormat);
        return;
    }
    if !value::may_hold_value(text) {
        return;
    }
    let normalised = normalised(text.as_bytes(), Encoding::Utf8);
    let events = scan::scan(&normalised, marks.clone());
    let (pairings, usable) = pair::pair(&normalised.text, &events, None, false);
    let before = (found.keys.len(), found.flaws.len());
    let mut pairings = pairings.into_iter();
    let is_other = matches!(role, Role::OtherId | Role::DeviceId);
    for id in usable.into_iter().filter(|id| id.sure || !is_other).take(IDS_MAX.saturating_sub(found.ids.len())) {
        let (folded, sure) = (normalised.is_folded(&id.span), id.sure || role == Role::KeyId);
        found.ids.push(Id { value: id.value, role, field, line: id.line, rejoined: id.rejoined, folded, sure });
    }
    for event in events {
        match event.found {
            Event::Guid(_) => {}
            Event::Key { password, mark } => {
                let pairing = pairings.next().unwrap_or_default();
                let ocr = event.ocr || pairing.ocr;
                let folded = normalised.is_folded(&event.span)
                    || pairing.span.as_ref().is_some_and(|span| normalised.is_folded(span));
                let notes = [
                    (folded, RemarkKind::DigitsFolded),
                    (event.rejoined || pairing.rejoined, RemarkKind::RejoinedLines),
                    (ocr, RemarkKind::OcrSubstitution),
                    (ocr, RemarkKind::ConfirmWithUser),
                ];
                let notes = notes.into_iter().filter_map(|(applies, kind)| applies.then_some(kind)).collect();
                found.keys.push(Key { password, mark, field, line: event.line, pairing, notes, ocr });
            }
            Event::Flaw { kind, strong } => {
                pairings.next();
                if is_meant(kind, strong, role, &normalised.text) {
                    found.flaws.push(kind);
                }
            }
        }
    }
    if found.keys.len() == before.0
        && let Some(digits) = defect::padded(&normalised.text)
        && add_padded(&digits, field, found, marks)
    {
        found.flaws.truncate(before.1);
    }
}

/// The sign of an exponent in a cell of its own, whatever its column is called.
fn holds_lost(text: &str) -> bool {
    text.len() <= 60 && text.contains(['E', 'e', '0']) && defect::is_lost(text)
}

fn is_meant(kind: RemarkKind, strong: bool, role: Role, text: &str) -> bool {
    match kind {
        // The end of a value is not the end of a text.
        RemarkKind::PasswordTruncated => {
            text.bytes().filter(u8::is_ascii_digit).count() >= CUT_DIGITS
                && (role == Role::Password || text.contains("..."))
        }
        _ => strong || role == Role::Password,
    }
}

fn add_padded(digits: &[u8; defect::ALL_DIGITS], field: usize, found: &mut Found, marks: &RandomState) -> bool {
    let Ok(password) = RecoveryPassword::from_ascii_digits(digits) else { return false };
    let notes = vec![RemarkKind::GroupZeroPadded];
    found.keys.push(Key {
        password,
        mark: marks.hash_one(digits),
        field,
        line: 1,
        pairing: Pairing::default(),
        notes,
        ocr: false,
    });
    true
}

/// Eight fields in a row, each with one group.
fn split_groups(entry: &Entry<'_>, found: &mut Found, marks: &RandomState) {
    let group = |index: usize| entry.fields.get(index).map(|field| field.value.trim());
    let is_group = |index: usize| {
        group(index)
            .is_some_and(|value| (1..=6).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let mut index = 0;
    while index + GROUPS <= entry.fields.len() {
        let digits = if is_group(index) { defect::joined((index..index + GROUPS).filter_map(group)) } else { None };
        let Some(digits) = digits else {
            index += 1;
            continue;
        };
        if add_padded(&digits, index, found, marks) {
            let whole = (index..index + GROUPS).filter_map(group).all(|value| value.len() == 6);
            if whole && let Some(key) = found.keys.last_mut() {
                key.notes.clear();
            }
            index += GROUPS;
        } else {
            index += 1;
        }
    }
}
