//! Entries: what every structured format comes down to. A format's reader turns its file into entries of named fields;
//! here they become candidates.

mod assemble;
mod defect;
mod detail;
mod find;
mod lift;
mod pairing;
mod role;
mod value;

pub(super) use assemble::reading;
pub(super) use lift::lifted;
pub(super) use pairing::is_of_device;
pub(super) use role::{Role, exact_role, folded, role, title_drive};
pub(super) use value::{is_date, is_drive, is_key_id, is_volume_word, little_endian, may_hold_value};

use std::ops::Range;

use super::source_text::Text;
use super::{Attachment, Place, RemarkKind};
use drivekey_record::SourceKind;

/// One named value.
pub(super) struct Field<'a> {
    /// Its name, or the title of its column.
    pub(super) name: Text<'a>,
    /// What it is for.
    pub(super) role: Role,
    /// Its value.
    pub(super) value: Text<'a>,
}

/// An object, a row, an element: fields that belong together.
pub(super) struct Entry<'a> {
    /// The name under which it stands in the entry around it.
    pub(super) name: Text<'a>,
    /// Its fields, in the order of the file.
    pub(super) fields: Vec<Field<'a>>,
    /// The entry around it; it stands before this one.
    pub(super) parent: Option<usize>,
    /// Where it stands; `None` where entries are counted.
    pub(super) place: Option<Place>,
    /// Whose file it is.
    pub(super) dialect: Dialect,
}

/// What is known of the tool that wrote an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    /// The kind of source.
    pub(super) source: SourceKind,
    /// What bare numbers for volume types mean.
    pub(super) numbers: Numbers,
    /// Whether the entry's own `id` names the entry and no key protector.
    pub(super) own_ids: bool,
    /// Whether dates are the entry's and not the key's, and names are titles and not computers.
    pub(super) keeper: bool,
}

/// What bare numbers for volume types mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    /// Nothing.
    Unknown,
    /// Graph's: 1 is the system drive.
    Graph,
    /// PowerShell's: 0 is the system drive, 1 data.
    PowerShell,
}

/// A structured file.
pub(super) struct Sheet<'a> {
    /// Its entries, each behind the one around it.
    pub(super) entries: Vec<Entry<'a>>,
    /// Remarks on the whole file.
    pub(super) remarks: Vec<RemarkKind>,
    /// The kind of source, where the file shows it even without a key.
    pub(super) source: Option<SourceKind>,
    /// Key packages in it.
    pub(super) attachments: Vec<Attachment>,
    /// Whether there are others that cannot be taken in.
    pub(super) package_left: bool,
    /// Letters above ASCII are a guess.
    pub(super) guessed_letters: bool,
    /// Its entries are a guess by layout: labels that the plain reader knows may say more.
    pub(super) soft: bool,
    /// Which bytes of the text it was read from: where it has keys of other kinds, nothing else looks there.
    pub(super) span: Range<usize>,
}

impl Dialect {
    /// A file of this kind, about which nothing else is known.
    pub(super) const fn plain(source: SourceKind) -> Self {
        Self { source, numbers: Numbers::Unknown, own_ids: false, keeper: false }
    }
}

impl<'a> Field<'a> {
    /// A field whose role its name says.
    pub(super) fn new(name: Text<'a>, value: Text<'a>) -> Self {
        let role = role(&name);
        Self { name, role, value }
    }
}

impl Entry<'_> {
    /// Whether it has a field of that name, in any spelling.
    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|field| folded(&field.name) == name)
    }
}

impl<'a> Sheet<'a> {
    /// A file with these entries and nothing to remark.
    pub(super) const fn of(entries: Vec<Entry<'a>>) -> Self {
        Self {
            entries,
            remarks: Vec::new(),
            source: None,
            attachments: Vec::new(),
            package_left: false,
            guessed_letters: false,
            soft: false,
            span: 0..usize::MAX,
        }
    }
}

/// May hold an ID, a password or a group of one, or is known by its name.
pub(super) fn is_of_use(field: &Field<'_>) -> bool {
    let is_group = || (1..=6).contains(&field.value.len()) && field.value.bytes().all(|byte| byte.is_ascii_digit());
    field.role != Role::Unknown || may_hold_value(&field.value) || is_group()
}
