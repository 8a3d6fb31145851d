//! What each column is, by its title and by its cells; whose table it is.

use std::collections::{HashMap, HashSet};

use super::{LOOK_ROWS, Row, Table, cleaned, dialect, is_telling, keeper};
use crate::entry::{
    Dialect, Field, Numbers, Role, folded, is_date, is_drive, is_key_id, is_volume_word, role, title_drive,
};
use drivekey_record::{RecoveryPassword, SourceKind};

/// Longest cell that can be a name.
const NAME_CHARS: usize = 64;
/// Digits of a key.
const KEY_DIGITS: usize = 48;

/// The columns of a table.
pub(super) struct Columns {
    all: Vec<(String, Role)>,
    pub(super) dialect: Dialect,
    /// Whether names and values of own fields stand behind the known columns.
    pub(super) of_keeper: bool,
}

/// How often the cells of a column are what.
#[derive(Default, Clone, Copy)]
struct Cells {
    filled: usize,
    keys: usize,
    /// Words, with as many digits as a key has.
    with_keys: usize,
    guids: usize,
    prefixes: usize,
    /// Beginnings of IDs, cut anywhere.
    begun: usize,
    drives: usize,
    volumes: usize,
    dates: usize,
    names: usize,
    hosts: usize,
    codes: usize,
    /// Whether one GUID stands beside different passwords.
    repeats: bool,
}

impl Cells {
    const fn only(&self, count: usize) -> bool {
        count > 0 && count == self.filled
    }
}

impl Columns {
    /// Settles the columns; `None` where the table has nothing to do with keys.
    pub(super) fn of(table: &Table<'_>) -> Option<Self> {
        if let Some((all, dialect)) = keeper::columns(table) {
            return Some(Self { all, dialect, of_keeper: true });
        }
        let titles: Vec<String> = table
            .titles
            .and_then(|at| table.rows.get(at))
            .map_or_else(Vec::new, |row| row.cells.iter().map(|cell| cleaned(cell).to_owned()).collect());
        let rows: Vec<&Row<'_>> = table.rows.iter().skip(table.titles.map_or(0, |at| at + 1)).take(LOOK_ROWS).collect();
        let width = rows.iter().map(|row| row.cells.len()).chain([titles.len()]).max().unwrap_or(0);
        let cells: Vec<Cells> = (0..width).map(|column| look(&rows, column)).collect();
        let mut all: Vec<(String, Role)> = (0..width)
            .map(|column| titles.get(column).cloned().unwrap_or_default())
            .map(|title| {
                let role = role(&title);
                (title, role)
            })
            .collect();
        for_each_drive(&mut all);
        let names: HashSet<String> = titles.iter().map(|title| folded(title)).collect();
        let dialect = whose(&names, &all, &cells, &rows, table.power_shell);
        if !dialect.keeper {
            settle(&mut all, &cells);
        }
        if table.titles.is_some() {
            id_beside_key(&mut all, &cells);
        }
        if table.titles.is_none() && table.whole {
            only_pairs(&mut all, &rows);
        }
        let holds_keys = cells.iter().any(|cells| cells.keys + cells.with_keys > 0);
        let telling = all.iter().any(|(_, role)| is_telling(*role))
            || dialect.source == SourceKind::PowerShell
            || table.power_shell;
        (holds_keys || telling || dialect.keeper || table.titles.is_none()).then_some(Self {
            all,
            dialect,
            of_keeper: false,
        })
    }

    /// Title and role of a column.
    pub(super) fn get(&self, column: usize) -> (&str, Role) {
        self.all.get(column).map_or(("", Role::Unknown), |(title, role)| (title, *role))
    }

    /// How many columns there are in a table of ours that names the kinds of its keys; 0 for any other.
    pub(super) fn width_of_export(&self) -> usize {
        let has = |name: &str| self.all.iter().any(|(title, _)| title.trim().eq_ignore_ascii_case(name));
        if has("handle") && has("kind") { self.all.len() } else { 0 }
    }

    /// A row that repeats the titles.
    pub(super) fn is_titles_again(fields: &[Field<'_>]) -> bool {
        let filled = fields.iter().filter(|field| !field.value.is_empty());
        let mut count = 0;
        filled.clone().all(|field| {
            count += 1;
            !field.name.is_empty() && folded(&field.name) == folded(&field.value)
        }) && count > 1
    }
}

fn look(rows: &[&Row<'_>], column: usize) -> Cells {
    let mut found = Cells::default();
    let mut beside: HashMap<String, usize> = HashMap::new();
    for row in rows {
        let Some(cell) = row.cells.get(column).map(|cell| cleaned(cell)).filter(|cell| !cell.is_empty()) else {
            continue;
        };
        found.filled += 1;
        found.with_keys += usize::from(cell.bytes().filter(u8::is_ascii_digit).count() >= KEY_DIGITS);
        if is_key(cell) {
            found.keys += 1;
        } else if cell.len() >= 32 && is_key_id(cell) {
            found.guids += 1;
            if row.cells.iter().any(|cell| is_key(cleaned(cell))) {
                found.repeats |= beside.insert(folded(cell), row.line).is_some();
            }
        } else if is_key_id(cell) {
            found.prefixes += usize::from(cell.len() == 8);
            found.begun += 1;
        } else if is_drive(cell) {
            found.drives += 1;
        } else if is_volume_word(cell) {
            found.volumes += 1;
            found.codes += usize::from(matches!(cell, "OSV" | "FDV" | "RDV"));
        } else if is_date(cell) {
            found.dates += 1;
        } else if cell.chars().count() <= NAME_CHARS && cell.contains(char::is_alphabetic) && !cell.contains('\n') {
            found.names += 1;
            let host = cell.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
            found.hosts += usize::from(host);
        }
    }
    found
}

fn is_key(cell: &str) -> bool {
    (48..=80).contains(&cell.len()) && RecoveryPassword::parse(cell).is_ok()
}

/// Where titles are wrong, missing or in a language that is not known, the cells decide.
fn settle(all: &mut [(String, Role)], cells: &[Cells]) {
    let named = all.iter().filter(|(_, role)| *role != Role::Unknown).count();
    let blind = named < 2;
    for ((_, role), cells) in all.iter_mut().zip(cells) {
        match role {
            Role::Password if cells.keys == 0 && cells.only(cells.guids + cells.prefixes) => *role = Role::KeyId,
            _ if cells.keys > 0 && cells.keys * 2 > cells.filled => *role = Role::Password,
            Role::Device | Role::Name if cells.only(cells.guids) => *role = Role::OtherId,
            Role::KeyId if cells.only(cells.names) && cells.filled > 0 && cells.begun == 0 => *role = Role::Unknown,
            _ => {}
        }
    }
    let has = |all: &[(String, Role)], wanted: &[Role]| all.iter().any(|(_, role)| wanted.contains(role));
    // An ID that stands beside different passwords is another thing's, as long as a better one is there.
    let candidates = |all: &[(String, Role)]| {
        all.iter()
            .zip(cells)
            .filter(|((_, role), cells)| {
                matches!(role, Role::KeyId | Role::Id | Role::Unknown) && cells.guids > 0 && !cells.repeats
            })
            .count()
    };
    if candidates(all) > 0 {
        for ((_, role), cells) in all.iter_mut().zip(cells) {
            if matches!(role, Role::KeyId | Role::Id | Role::Unknown) && cells.guids > 0 && cells.repeats {
                *role = Role::OtherId;
            }
        }
    }
    let give = |all: &mut [(String, Role)], wanted: Role, others: &[Role], fits: &dyn Fn(&Cells) -> bool| {
        let open = |((_, role), cells): &(&mut (String, Role), &Cells)| *role == Role::Unknown && fits(cells);
        if has(all, others) || all.iter_mut().zip(cells).filter(open).count() != 1 {
            return;
        }
        if let Some(((_, role), _)) = all.iter_mut().zip(cells).find(open) {
            *role = wanted;
        }
    };
    give(all, Role::Drive, &[Role::Drive], &|cells| cells.only(cells.drives));
    give(all, Role::VolumeType, &[Role::VolumeType], &|cells| cells.only(cells.volumes));
    // The account page has its own codes for drives, and no other column like that of its Key IDs.
    if cells.iter().any(|cells| cells.codes > 0) {
        give(all, Role::KeyId, &[Role::KeyId], &|cells| cells.only(cells.prefixes));
    }
    if blind {
        give(all, Role::Created, &[Role::Created], &|cells| cells.only(cells.dates));
        give(all, Role::Device, &[Role::Device, Role::Name], &|cells| {
            cells.only(cells.names) && cells.hosts == cells.filled
        });
    }
}

/// `C: ID`, `C: Key`, `D: ID`: titles that name a drive mean what they mean without it. An ID beside a key of the same
/// drive is that key's.
pub(super) fn for_each_drive(all: &mut [(String, Role)]) {
    let parted: Vec<Option<(char, Role)>> =
        all.iter().map(|(title, _)| title_drive(title).map(|(letter, rest)| (letter, role(&rest)))).collect();
    for (column, part) in parted.iter().enumerate() {
        let Some((letter, meant)) = part else { continue };
        let beside = |wanted: Role| parted.contains(&Some((*letter, wanted)));
        match meant {
            Role::Id | Role::KeyId if beside(Role::Password) => all[column].1 = Role::KeyId,
            Role::Password | Role::KeyId | Role::Created => all[column].1 = *meant,
            _ => {}
        }
    }
}

/// A column that is only called `ID`, right beside the column of the keys, in a table of which every column is known.
/// Where one names a computer, the ID might be that one's, unless each row is about a drive.
fn id_beside_key(all: &mut [(String, Role)], cells: &[Cells]) {
    let of = |wanted: Role| {
        let mut columns =
            all.iter().enumerate().filter(move |(_, (_, role))| *role == wanted).map(|(column, _)| column);
        columns.next().filter(|_| columns.next().is_none())
    };
    let has = |wanted: Role| all.iter().any(|(_, role)| *role == wanted);
    let (Some(id), Some(key)) = (of(Role::Id), of(Role::Password)) else { return };
    let is_named = role(&all[key].0) == Role::Password;
    let is_other = |role: &Role| matches!(role, Role::Unknown | Role::OtherId | Role::Name | Role::Title);
    let is_known = is_named && all.iter().all(|(title, role)| title.is_empty() || !is_other(role));
    if id.abs_diff(key) == 1
        && is_known
        && (!has(Role::Device) || has(Role::Drive))
        && !has(Role::KeyId)
        && cells[id].guids > 0
        && !cells[id].repeats
    {
        all[id].1 = Role::KeyId;
    }
}

/// A table without titles that holds nothing but keys, one GUID for each, and what is known of drives.
fn only_pairs(all: &mut [(String, Role)], rows: &[&Row<'_>]) {
    let with_keys: Vec<&Row<'_>> =
        rows.iter().copied().filter(|row| row.cells.iter().any(|cell| is_key(cleaned(cell)))).collect();
    let cells: Vec<Cells> = (0..all.len()).map(|column| look(&with_keys, column)).collect();
    let is_known =
        |cells: &Cells| cells.keys + cells.guids + cells.drives + cells.volumes + cells.dates == cells.filled;
    let of = |count: fn(&Cells) -> usize| cells.iter().filter(move |cells| count(cells) > 0).count();
    if !cells.iter().all(is_known) || of(|cells| cells.guids) != 1 || of(|cells| cells.keys) != 1 {
        return;
    }
    for ((_, role), _) in all.iter_mut().zip(&cells).filter(|(_, cells)| cells.only(cells.guids) && !cells.repeats) {
        *role = Role::KeyId;
    }
}

/// Whose table it is, by its titles.
fn whose(names: &HashSet<String>, all: &[(String, Role)], cells: &[Cells], rows: &[&Row<'_>], typed: bool) -> Dialect {
    let has = |name: &str| names.contains(name);
    let any = |list: &[&str]| list.iter().any(|name| has(name));
    let keeper = |source| Dialect { own_ids: true, keeper: true, ..Dialect::plain(source) };
    if has("title") && has("password") && any(&["username", "url", "notes", "group"])
        || has("account") && has("loginname") && has("password")
    {
        return keeper(SourceKind::KeePass);
    }
    if any(&["loginpassword", "loginuri", "loginusername"]) || (has("folder") && has("favorite") && has("notes")) {
        return keeper(SourceKind::Bitwarden);
    }
    if names.iter().any(|name| name.starts_with("msfve"))
        || any(&["distinguishedname", "dn"])
        || (has("recoveryguid") && has("recoverypassword"))
    {
        return Dialect::plain(SourceKind::ActiveDirectory);
    }
    let numbers = numbers(all, rows);
    if typed
        || any(&[
            "keyprotectorid",
            "keyprotectortype",
            "keyprotector",
            "volumestatus",
            "autounlockenabled",
            "autounlockprotector",
        ])
    {
        return dialect(
            SourceKind::PowerShell,
            if numbers == Some(Numbers::Graph) { Numbers::Unknown } else { Numbers::PowerShell },
        );
    }
    let page = cells.iter().any(|cells| cells.codes > 0);
    if page || any(&["keyuploaddate"]) {
        return Dialect::plain(SourceKind::MicrosoftAccount);
    }
    let graph = any(&[
        "createddatetime",
        "entraobjectid",
        "keycreated",
        "azureaddeviceid",
        "entradeviceid",
        "aaddeviceid",
        "createddatept",
    ]) || (has("volumetype") && any(&["deviceid", "recoverykeyid", "bitlockerkeyid"]))
        || (names.len() == 2 && has("id") && has("key"));
    if graph {
        return dialect(
            SourceKind::Graph,
            if numbers == Some(Numbers::PowerShell) { Numbers::Unknown } else { Numbers::Graph },
        );
    }
    if has("machinename") || (has("lastupdatetime") && any(&["recoverykey", "recoverykeyid"])) {
        return Dialect::plain(SourceKind::Mbam);
    }
    dialect(SourceKind::Table, numbers.unwrap_or(Numbers::Unknown))
}

/// Whose numbers the volume types are, as far as they show it: only Graph counts to three, only PowerShell from zero.
fn numbers(all: &[(String, Role)], rows: &[&Row<'_>]) -> Option<Numbers> {
    let columns =
        || all.iter().enumerate().filter(|(_, (_, role))| *role == Role::VolumeType).map(|(column, _)| column);
    let holds = |wanted: &[&str]| {
        columns().any(|column| {
            rows.iter().filter_map(|row| row.cells.get(column)).any(|cell| wanted.contains(&cleaned(cell)))
        })
    };
    match (holds(&["2", "3"]), holds(&["0"])) {
        (true, false) => Some(Numbers::Graph),
        (false, true) => Some(Numbers::PowerShell),
        _ => None,
    }
}
