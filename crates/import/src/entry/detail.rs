//! What an entry says beside password and Key ID: computer, drive, volume, date, title.

use super::pairing::Tree;
use super::{Entry, Role, is_of_device, value};
use crate::context::{Context, Surroundings, drive_in, name, without_system};
use crate::directory::{self, DirectoryName};
use crate::file_name;
use drivekey_record::{Created, KeyId, LineText, VolumeType};

/// Longest title.
const TITLE_CHARS: usize = 200;
/// Longest text that is searched for labels.
const NOTES_BYTES: usize = 20_000;
/// Most digits of an ID that is no GUID.
const ID_DIGITS: usize = 16;
/// A GUID with hyphens and braces.
const GUID_TEXT_BYTES: usize = 38;
/// Longest name of a computer in a network.
const HOST_CHARS: usize = 63;
/// Entries beside an entry that are looked at.
const SIBLINGS_MAX: usize = 200;

/// What inventories call the part about the machine.
const MACHINES: &[&str] = &["hardware", "system", "osinfo", "machineinfo", "systeminfo"];

/// All of it.
#[derive(Default)]
pub(super) struct Detail {
    pub(super) device_name: Option<LineText>,
    pub(super) device_id: Option<LineText>,
    pub(super) mount_point: Option<LineText>,
    pub(super) volume_label: Option<LineText>,
    pub(super) volume_type: VolumeType,
    pub(super) created: Option<Created>,
    pub(super) note: Option<LineText>,
}

/// What holds for the passwords of one entry. `guessed`: whether letters above ASCII may be wrong.
pub(super) fn of(tree: &Tree<'_>, at: usize, guessed: bool) -> Detail {
    let mut detail = Detail::default();
    let own = &tree.entries[at];
    own_values(own, guessed, &mut detail);
    for index in views(tree, at) {
        around(tree, (at, index), guessed, &mut detail);
    }
    let directory = std::iter::successors(Some(at), |index| tree.entries[*index].parent)
        .find_map(|index| directory_of(&tree.entries[index]));
    if let Some(found) = directory {
        detail.created = found.created.map(Created::Zoned).or(detail.created);
        detail.device_name =
            detail.device_name.or_else(|| found.computer.and_then(|computer| name(&computer, guessed)));
    }
    if detail.created.is_none() && !own.dialect.keeper {
        detail.created = own
            .fields
            .iter()
            .filter(|field| field.role == Role::Created)
            .find_map(|field| value::created(&field.value));
    }
    labelled(own, guessed, &mut detail);
    detail
}

/// The entry itself, those inside that hold no password, those around it, and the computers beside it.
fn views(tree: &Tree<'_>, at: usize) -> Vec<usize> {
    let keyless = |index: &usize| tree.keys_inside[*index] == 0;
    let mut views = vec![at];
    views.extend(tree.inner(at).filter(keyless));
    for parent in std::iter::successors(tree.entries[at].parent, |parent| tree.entries[*parent].parent) {
        views.push(parent);
        let is_computer = |index: &usize| {
            super::role(&tree.entries[*index].name) == Role::Device && tree.entries[*index].parent == Some(parent)
        };
        views.extend(tree.inner(parent).filter(keyless).filter(is_computer));
        views.extend(only_computer(tree, parent));
    }
    views
}

/// The entry inside this one, without a key in it, that names a computer, where only one does: what stands above holds
/// for what stands below.
fn only_computer(tree: &Tree<'_>, parent: usize) -> Option<usize> {
    let names_one = |index: &usize| {
        let entry = &tree.entries[*index];
        let is_machine = MACHINES.contains(&super::folded(&entry.name).as_str());
        let names = |field: &super::Field<'_>| field.role == Role::Device || (is_machine && field.role == Role::Name);
        tree.keys_inside[*index] == 0 && entry.fields.iter().any(names)
    };
    let mut found = tree.inner(parent).filter(names_one);
    let only = found.next()?;
    found.next().is_none().then_some(only)
}

fn around(tree: &Tree<'_>, (at, index): (usize, usize), guessed: bool, detail: &mut Detail) {
    let entry = &tree.entries[index];
    let is_computer =
        singular_role(&entry.name) == Role::Device || MACHINES.contains(&super::folded(&entry.name).as_str());
    for field in &entry.fields {
        let text = field.value.trim();
        if text.is_empty() {
            continue;
        }
        match field.role {
            Role::Device => fill(&mut detail.device_name, || device(text, guessed)),
            Role::Name
                if (is_computer || (index != at && is_of_device(entry) && is_host(text))) && !entry.dialect.keeper =>
            {
                fill(&mut detail.device_name, || device(text, guessed));
            }
            Role::DeviceId => fill(&mut detail.device_id, || short(text).filter(|_| !is_host(text))),
            Role::Drive => drive(text, entry, detail),
            Role::VolumeLabel => fill(&mut detail.volume_label, || name(text, guessed)),
            Role::VolumeType if detail.volume_type == VolumeType::Unknown => {
                detail.volume_type = value::volume_type(text, entry.dialect.numbers).unwrap_or_default();
            }
            Role::Title if entry.dialect.keeper => fill(&mut detail.note, || title(text)),
            _ => {}
        }
    }
    let map_name = entry.name.trim();
    if map_name.is_empty() {
        return;
    }
    if value::is_drive(map_name) {
        drive(map_name, entry, detail);
    } else if let Some(letter) = lone_letter(map_name).filter(|_| is_among_drives(tree, entry)) {
        fill(&mut detail.mount_point, || file_name::drive(letter));
    }
    let among_computers =
        entry.parent.map(|parent| &tree.entries[parent]).filter(|parent| singular_role(&parent.name) == Role::Device);
    if among_computers.is_some_and(|parent| parent.fields.is_empty())
        && super::role(map_name) == Role::Unknown
        && is_host(map_name)
    {
        fill(&mut detail.device_name, || device(map_name, guessed));
    }
}

/// Whether an entry stands in a list of drives: the list is called so, or all its entries are called by letters.
fn is_among_drives(tree: &Tree<'_>, entry: &Entry<'_>) -> bool {
    let Some(parent) = entry.parent else { return true };
    let is_child = |child: &&Entry<'_>| child.parent == Some(parent);
    singular_role(&tree.entries[parent].name) == Role::Drive
        || tree.entries[parent + 1..]
            .iter()
            .take(SIBLINGS_MAX)
            .filter(is_child)
            .all(|child| lone_letter(&child.name).is_some())
}

/// What only the entry itself may say: its own name.
fn own_values(entry: &Entry<'_>, guessed: bool, detail: &mut Detail) {
    for field in &entry.fields {
        let text = field.value.trim();
        match field.role {
            Role::Device => fill(&mut detail.device_name, || device(text, guessed)),
            Role::Title => fill(&mut detail.note, || title(text)),
            _ => {}
        }
    }
    for field in entry.fields.iter().filter(|field| field.role == Role::Name) {
        let text = field.value.trim();
        if directory::parse(text).is_some_and(|name| name.guid.is_some()) {
            continue;
        }
        if entry.dialect.keeper || !is_host(text) || detail.device_name.is_some() {
            fill(&mut detail.note, || title(text));
        } else {
            detail.device_name = device(text, guessed);
        }
    }
}

/// Labels inside notes: `Computer: …`, `Drive: …`.
fn labelled(entry: &Entry<'_>, guessed: bool, detail: &mut Detail) {
    let is_notes = |text: &str| text.len() <= NOTES_BYTES && text.contains([':', '=']) && text.len() > 8;
    for field in entry
        .fields
        .iter()
        .filter(|field| matches!(field.role, Role::Unknown | Role::Password | Role::KeyId) && is_notes(&field.value))
    {
        let context = Context::of(&field.value, guessed);
        if context.is_empty() {
            continue;
        }
        let end = field.value.len();
        let Surroundings { device_name, mount_point, volume_label, volume_type } =
            context.at(&field.value, &(end..end), end);
        fill(&mut detail.device_name, || device_name);
        fill(&mut detail.mount_point, || mount_point);
        fill(&mut detail.volume_label, || volume_label);
        if detail.volume_type == VolumeType::Unknown {
            detail.volume_type = volume_type;
        }
    }
}

/// The name that Active Directory gives to it.
fn directory_of(entry: &Entry<'_>) -> Option<DirectoryName> {
    let names = entry
        .fields
        .iter()
        .filter(|field| matches!(field.role, Role::Directory | Role::Name))
        .map(|field| &*field.value);
    let mut best: Option<DirectoryName> = None;
    for found in names.chain(std::iter::once(&*entry.name)).filter_map(directory::parse) {
        if found.guid.is_none() && found.computer.is_none() {
            continue;
        }
        best = Some(match best {
            None => found,
            Some(first) => DirectoryName {
                created: first.created.or(found.created),
                guid: first.guid.or(found.guid),
                computer: first.computer.or(found.computer),
            },
        });
    }
    best
}

/// The drive that a key's own field names: `C: Key`, or `C` alone.
pub(super) fn drive_of_name(entry: &Entry<'_>, field: usize) -> Option<LineText> {
    let name = &entry.fields.get(field)?.name;
    let is_drive = || value::is_drive(name) || singular_role(&entry.name) == Role::Drive;
    let alone = || lone_letter(name).filter(|_| is_drive());
    file_name::drive(super::title_drive(name).map(|(letter, _)| letter).or_else(alone)?)
}

/// A name that is one letter, as inventories call drives.
fn lone_letter(name: &str) -> Option<char> {
    let mut chars = name.trim().trim_end_matches([':', '\\', '/']).chars();
    let letter = chars.next().filter(char::is_ascii_alphabetic)?;
    chars.next().is_none().then_some(letter)
}

fn drive(text: &str, entry: &Entry<'_>, detail: &mut Detail) {
    if let Some((letter, label)) = drive_in(text, true) {
        fill(&mut detail.mount_point, || Some(letter));
        fill(&mut detail.volume_label, || label);
    } else if let Some(kind) = value::volume_type(text, entry.dialect.numbers) {
        if detail.volume_type == VolumeType::Unknown {
            detail.volume_type = kind;
        }
    } else if !value::may_hold_value(text) || text.chars().any(char::is_alphabetic) {
        fill(&mut detail.volume_label, || name(text, false).filter(|_| !text.contains('\\')));
    }
}

fn fill<T>(slot: &mut Option<T>, find: impl FnOnce() -> Option<T>) {
    if slot.is_none() {
        *slot = find();
    }
}

fn singular_role(name: &str) -> Role {
    let name = super::folded(name);
    super::role(name.strip_suffix('s').unwrap_or(&name))
}

fn device(text: &str, guessed: bool) -> Option<LineText> {
    // The distinguished name of a computer, in a column of computers.
    if let Some(found) = directory::parse(text) {
        return found.computer.and_then(|computer| name(&computer, guessed));
    }
    if value::is_key_id(text) && text.len() >= 32 {
        None
    } else {
        name(without_system(text.lines().next().unwrap_or_default()), guessed)
    }
}

/// A GUID, or a name with few digits.
fn short(text: &str) -> Option<LineText> {
    let few = text.chars().count() <= TITLE_CHARS && text.bytes().filter(u8::is_ascii_digit).count() <= ID_DIGITS;
    let is_guid = matches!(value::key_id(text), Some(KeyId::Full(_))) && text.len() <= GUID_TEXT_BYTES;
    (few || is_guid).then(|| text.parse().ok())?
}

/// A title holds no password, whole or in part.
fn title(text: &str) -> Option<LineText> {
    let line = text.lines().next().unwrap_or_default();
    let long_number = line.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() >= 6);
    (line.chars().count() <= TITLE_CHARS && !long_number).then(|| line.parse().ok())?
}

/// A name as computers have them, and few people or things.
fn is_host(text: &str) -> bool {
    text.chars().count() <= HOST_CHARS
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
        && text.contains(char::is_alphabetic)
        && text.contains(|c: char| c.is_ascii_digit() || c == '-')
        && !value::is_key_id(text)
}
