//! Whose ID it is: an entry's own `id` may be its key's, or that of the computer, the user, the row that the entry is.

use super::Tree;
use crate::entry::find::{Id, guid_of_entry};
use crate::entry::{Entry, Field, Role, folded, is_drive, role};
use crate::{directory, key_id};
use drivekey_record::{KeyId, SourceKind};

impl Tree<'_> {
    /// Whether an ID stands in a field that is only called "identifier", without a key beside it or with a computer.
    pub(super) fn is_anybodys(&self, at: usize, id: &Id) -> bool {
        let fields = &self.entries[at].fields;
        let has = |wanted: Role| fields.iter().any(|field| field.role == wanted);
        fields.get(id.field).is_some_and(|field| key_id::is_mere_identifier(&field.name))
            && (!has(Role::Password)
                || (has(Role::Title) && !self.entries[at].dialect.keeper)
                || ((has(Role::Device) || has(Role::Name)) && !is_of_drive(&self.entries[at])))
    }

    /// Whether an entry's own `id` is its key's: the entry is about a key and about nothing else.
    pub(super) fn is_the_keys(&self, at: usize) -> bool {
        let entry = &self.entries[at];
        if entry.dialect.own_ids || names_something_else(entry) {
            return false;
        }
        let has = |wanted: Role| entry.fields.iter().any(|field| field.role == wanted);
        let is_known = |role: Role| !matches!(role, Role::Unknown | Role::Name | Role::Title | Role::OtherId);
        let of_key =
            matches!(entry.dialect.source, SourceKind::Graph | SourceKind::PowerShell | SourceKind::ActiveDirectory);
        // Where a computer is named, the ID may be the computer's, unless that stands beside it.
        let is_a_computers = has(Role::Device) && !has(Role::DeviceId) && !has(Role::VolumeType);
        !is_a_computers
            && (of_key
                || key_id::names_a_key(&entry.name)
                || (!key_id::names_another_thing(&entry.name) && entry.fields.iter().all(|field| is_known(field.role))))
    }

    /// The GUID that names an entry, where that is a Key ID: the entries beside it are named alike, or the one around it
    /// is about keys.
    pub(super) fn named_by(&self, at: usize) -> Option<Id> {
        let entry = &self.entries[at];
        let guid = guid_of_entry(&entry.name)?;
        let in_directory = directory::parse(&entry.name).is_some_and(|name| name.guid.is_some());
        let around = entry.parent.map(|parent| &self.entries[parent]);
        let is_keys = around.is_none_or(|around| {
            let is_named_alike = |field: &Field<'_>| guid_of_entry(&field.name).is_some();
            key_id::names_a_key(&around.name) || (around.name.is_empty() && around.fields.iter().all(is_named_alike))
        });
        let is_a_computers = entry.fields.iter().any(|field| field.role == Role::Device);
        let of_key = in_directory || (is_keys && !is_a_computers && !names_something_else(entry));
        of_key.then(|| Id { sure: true, ..Id::whole(KeyId::Full(guid), Role::Id, usize::MAX) })
    }
}

/// Whether an entry is about a drive: it is called by its letter, or names it.
fn is_of_drive(entry: &Entry<'_>) -> bool {
    let name = entry.name.trim();
    (name.len() == 1 && name.starts_with(|c: char| c.is_ascii_alphabetic()))
        || is_drive(name)
        || entry.fields.iter().any(|field| field.role == Role::Drive)
}

/// Whether an entry is about a computer, a user or the like: its `id` is that one's.
pub(super) fn names_something_else(entry: &Entry<'_>) -> bool {
    const NAMES: &[&str] =
        &["tpm", "externalkey", "user", "owner", "tenant", "request", "volume", "disk", "metadata", "meta"];
    let name = folded(&entry.name);
    let singular = name.strip_suffix('s').unwrap_or(&name);
    role(singular) == Role::Device || NAMES.contains(&singular) || is_of_device(entry)
}

/// Whether an entry has what only computers have.
pub(crate) fn is_of_device(entry: &Entry<'_>) -> bool {
    const SIGNS: &[&str] = &[
        "operatingsystem",
        "osversion",
        "serialnumber",
        "hardwareuuid",
        "udid",
        "manufacturer",
        "model",
        "userprincipalname",
        "iscompliant",
        "compliancestate",
        "trusttype",
        "lastsyncdatetime",
        "enrolleddatetime",
        "azureaddeviceid",
    ];
    entry.fields.iter().any(|field| SIGNS.contains(&folded(&field.name).as_str()))
}
