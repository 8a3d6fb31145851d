//! Lists of `name : value` lines: PowerShell's Format-List, directory scripts, the recovery tab of Active Directory,
//! short texts of admin tools. Blocks are entries; a heading holds for the blocks below it.

use super::Place;
use super::entry::{Dialect, Entry, Field, Numbers, Role, Sheet, folded, is_drive, may_hold_value, role};
use super::source_text::{SourceText, Text};
use drivekey_record::SourceKind;

/// Longest name.
const NAME_CHARS: usize = 40;
/// Lines of other text are allowed between; texts with more of them than fields are prose.
const PROSE_SHARE: usize = 2;
/// Longer files are no lists that people save.
const LINES_MAX: usize = 2_000_000;

/// Reads a list.
pub(super) fn read<'t>(source: &'t SourceText<'_>) -> Option<Sheet<'t>> {
    if !is_list(source.head()) {
        return None;
    }
    let mut blocks = blocks(source.as_str());
    join_halves(&mut blocks);
    let dialect = dialect(&blocks);
    let mut entries: Vec<Entry<'t>> = Vec::new();
    let (mut computer, mut volume): (Option<usize>, Option<usize>) = (None, None);
    for block in blocks {
        let has =
            |wanted: Role| block.fields.iter().any(|field| field.role == wanted && !field.value.trim().is_empty());
        let is_heading = !block.holds_key_or_id() && (has(Role::Device) || has(Role::Drive));
        let index = entries.len();
        let parent = if is_heading && has(Role::Device) {
            None
        } else if is_heading {
            computer
        } else {
            volume.or(computer)
        };
        if is_heading {
            if has(Role::Device) {
                (computer, volume) = (Some(index), None);
            }
            if has(Role::Drive) {
                volume = Some(index);
            }
        }
        entries.push(Entry {
            name: Text::Borrowed(""),
            fields: block.fields,
            parent,
            place: Some(Place::Line(block.line)),
            dialect,
        });
    }
    let source = (dialect.source != SourceKind::ScriptTxt).then_some(dialect.source);
    Some(Sheet { source, soft: true, ..Sheet::of(entries) })
}

/// Fields that follow each other.
#[derive(Default)]
struct Block<'a> {
    fields: Vec<Field<'a>>,
    line: usize,
}

impl Block<'_> {
    fn holds_key_or_id(&self) -> bool {
        self.has_id() || self.has_key()
    }

    fn has_id(&self) -> bool {
        let is_id = |field: &Field<'_>| {
            matches!(field.role, Role::KeyId | Role::Id | Role::Directory | Role::Name)
                && field.value.contains('-')
                && may_hold_value(&field.value)
        };
        self.fields.iter().any(is_id)
    }

    fn has_key(&self) -> bool {
        self.fields.iter().any(|field| field.value.bytes().filter(u8::is_ascii_digit).count() >= 40)
    }
}

/// Names that only lists about recovery keys have.
const SURE_NAMES: &[&str] = &[
    "keyprotectorid",
    "keyprotectortype",
    "keyprotector",
    "msfverecoverypassword",
    "msfverecoveryguid",
    "recoverypassword",
    "recoveryguid",
    "recoverykeyid",
];

/// Names that PowerShell prints for a volume, with the types of its protectors only.
const VOLUME_NAMES: &[&str] =
    &["keyprotector", "volumestatus", "protectionstatus", "encryptionpercentage", "autounlockenabled"];

fn is_list(head: &str) -> bool {
    let (mut fields, mut others) = (0_usize, 0_usize);
    let mut sure: Vec<String> = Vec::new();
    let mut short = (false, false);
    // The recovery tab of Active Directory names computer, date and ID.
    let mut tab = (false, false, false);
    for line in head.lines().take(LINES_MAX).filter(|line| !line.trim().is_empty()) {
        match split(line) {
            Some((name, value)) => {
                fields += 1;
                let name = folded(name);
                tab.0 |= role(&name) == Role::Device && !value.is_empty();
                tab.1 |= role(&name) == Role::Created && !value.is_empty();
                tab.2 |= name == "passwordid" && may_hold_value(value);
                short.0 |= name == "id" && may_hold_value(value);
                short.1 |= name == "key" && may_hold_value(value);
                if SURE_NAMES.contains(&name.as_str()) && !sure.contains(&name) {
                    sure.push(name);
                }
            }
            None => others += 1,
        }
    }
    let volume = |name: &&&str| head.lines().filter_map(split).any(|(found, _)| folded(found) == ***name);
    let graph = ["id", "createddatetime", "volumetype"].iter().all(|name| volume(&name));
    let known = sure.len() > 1
        || sure.iter().any(|name| name.starts_with("msfve"))
        || graph
        || VOLUME_NAMES.iter().filter(volume).count() > 2
        || short == (true, true)
        || tab == (true, true, true);
    // Windows' own texts are no lists.
    known && !head.contains("fwlink") && others <= fields * PROSE_SHARE + 4 && !is_manage_bde(head)
}

/// Its blocks nest by indentation; the plain reader knows them.
fn is_manage_bde(head: &str) -> bool {
    let mut ids = head
        .lines()
        .filter_map(split)
        .filter(|(name, _)| matches!(folded(name).as_str(), "id" | "recoverykeyid" | "passwordid"));
    ids.clone().any(|(name, _)| name.eq_ignore_ascii_case("id"))
        && !ids.any(|(name, _)| folded(name) != "id")
        && !head.lines().filter_map(split).any(|(name, _)| name.eq_ignore_ascii_case("key"))
}

/// `name : value`, or `name = value`.
fn split(line: &str) -> Option<(&str, &str)> {
    let at = line.find([':', '=', '：'])?;
    let (name, rest) = line.split_at(at);
    let name = name.trim().trim_matches(['*', '"', '\'']).trim();
    let value = rest.trim_start_matches([':', '=', '：']).trim();
    let is_name =
        !name.is_empty() && name.chars().count() <= NAME_CHARS && name.chars().next().is_some_and(char::is_alphabetic);
    (is_name && name.len() > 1 && !name.contains(['\\', '{', '\t'])).then_some((name, value))
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut all: Vec<Block<'_>> = Vec::new();
    let mut open = Block::default();
    // Where a value goes on below its name, in spaces.
    let mut column = 0;
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        let is_ruler =
            !trimmed.is_empty() && trimmed.bytes().all(|byte| matches!(byte, b'-' | b'=' | b'_' | b'*' | b'#'));
        if trimmed.is_empty() || is_ruler {
            // An empty line may stand between a name and its value.
            let waits = open
                .fields
                .last()
                .is_some_and(|field| field.role == Role::Password && field.value.is_empty() && column == 0);
            if !waits || is_ruler {
                close(&mut open, &mut all);
            }
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let continues = open
            .fields
            .last()
            .is_some_and(|field| if field.value.is_empty() { column == 0 } else { column > 1 && indent >= column });
        match split(line) {
            Some((name, value)) if !continues || role(name) != Role::Unknown => {
                let repeats = open.fields.iter().any(|field| field.name.eq_ignore_ascii_case(name));
                if repeats {
                    close(&mut open, &mut all);
                }
                if open.fields.is_empty() {
                    open.line = index + 1;
                }
                // Format-List sets a blank before its colon; an empty value is none there.
                column = if value.is_empty() {
                    usize::from(line.contains(" :"))
                } else {
                    line.len() - line.trim_end().len() + line.find(value).unwrap_or(0)
                };
                add(&mut open, name, value);
            }
            _ if continues => extend(&mut open, trimmed),
            _ => {}
        }
    }
    close(&mut open, &mut all);
    all
}

/// One or two fields of a line: `Id: … Key: …`.
fn add<'a>(block: &mut Block<'a>, name: &'a str, value: &'a str) {
    let second = value.match_indices([':', '=']).find_map(|(at, _)| {
        let before = value[..at].trim_end();
        let from = before.rfind([' ', ',', ';', '\t']).map(|at| at + 1)?;
        let known = matches!(role(&before[from..]), Role::Password | Role::KeyId | Role::Id);
        (known && may_hold_value(&value[at + 1..]))
            .then(|| (value[..from].trim_end_matches([' ', ',', ';', '\t']), &before[from..], value[at + 1..].trim()))
    });
    match second {
        Some((first, next, rest)) => {
            block.fields.push(Field::new(Text::Borrowed(name), Text::Borrowed(first)));
            add(block, next, rest);
        }
        None => block.fields.push(Field::new(Text::Borrowed(name), Text::Borrowed(value))),
    }
}

/// The next line of the last value.
fn extend<'a>(block: &mut Block<'a>, line: &'a str) {
    let Some(field) = block.fields.last_mut() else { return };
    if field.value.is_empty() {
        field.value = Text::Borrowed(line);
        return;
    }
    let mut whole = zeroize::Zeroizing::new(String::with_capacity(field.value.len() + line.len() + 1));
    whole.push_str(&field.value);
    whole.push('\n');
    whole.push_str(line);
    field.value = Text::Owned(whole);
}

fn close<'a>(open: &mut Block<'a>, all: &mut Vec<Block<'a>>) {
    if !open.fields.is_empty() {
        all.push(std::mem::take(open));
    }
}

/// Passwords and IDs in blocks that take turns are one block each.
fn join_halves(blocks: &mut Vec<Block<'_>>) {
    let halves: Vec<(bool, bool)> =
        blocks.iter().map(|block| (block.has_key(), block.has_id())).filter(|(key, id)| *key || *id).collect();
    let alternate = halves.len().is_multiple_of(2)
        && !halves.is_empty()
        && halves
            .chunks(2)
            .all(|pair| pair[0] == halves[0] && pair[1] == (!halves[0].0, !halves[0].1) && pair[0].0 != pair[0].1);
    // A block that names what it lacks is no half.
    let is_whole = |block: &Block<'_>| {
        let names = |role: Role| block.fields.iter().any(|field| field.role == role);
        names(Role::KeyId) && names(Role::Password)
    };
    if !alternate || blocks.iter().any(is_whole) {
        return;
    }
    let mut joined: Vec<Block<'_>> = Vec::with_capacity(blocks.len());
    let mut first: Option<usize> = None;
    for block in blocks.drain(..) {
        let counts = block.holds_key_or_id();
        if let Some(at) = first {
            joined[at].fields.extend(block.fields);
            first = first.filter(|_| !counts);
        } else {
            first = counts.then_some(joined.len());
            joined.push(block);
        }
    }
    *blocks = joined;
}

fn dialect(blocks: &[Block<'_>]) -> Dialect {
    let has = |names: &[&str]| {
        blocks.iter().flat_map(|block| &block.fields).any(|field| names.contains(&folded(&field.name).as_str()))
    };
    let directory = has(&["msfverecoverypassword", "msfverecoveryguid", "distinguishedname"])
        || (has(&["passwordid"]) && has(&["date"]));
    let drive = || {
        blocks.iter().flat_map(|block| &block.fields).any(|field| field.role == Role::Drive && is_drive(&field.value))
    };
    if directory {
        Dialect::plain(SourceKind::ActiveDirectory)
    } else if has(&["id"]) && has(&["createddatetime"]) && has(&["volumetype", "key"]) {
        Dialect { numbers: Numbers::Graph, ..Dialect::plain(SourceKind::Graph) }
    } else if has(&["autounlockprotector", "volumestatus", "keycertificatetype", "thumbprint"])
        || (has(&["keyprotectorid"]) && has(&["keyprotectortype"]) && !drive())
    {
        Dialect { numbers: Numbers::PowerShell, ..Dialect::plain(SourceKind::PowerShell) }
    } else {
        Dialect::plain(SourceKind::ScriptTxt)
    }
}
