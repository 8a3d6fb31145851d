//! Whose JSON it is, by the names in it: what numbers mean, and whether an object's `id` is its own.

use crate::RemarkKind;
use crate::directory;
use crate::entry::{Dialect, Entry, Numbers, Sheet, folded, is_of_device};
use drivekey_record::SourceKind;

/// What was seen in the documents.
#[derive(Debug, Default, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "signs that are independent of each other")]
pub(super) struct Facts {
    graph: bool,
    more_pages: bool,
    error: bool,
    inner_error: bool,
    encrypted: bool,
    power_shell: bool,
    about_keys: bool,
}

/// What stands beside `encrypted` in an export of Bitwarden that is.
const ENCRYPTED: &[&str] = &["enckeyvalidationdonotedit", "passwordprotected", "kdftype"];

/// Notes the signs in an object.
pub(super) fn note(entry: &Entry<'_>, facts: &mut Facts) {
    for field in &entry.fields {
        let name = field.name.as_bytes();
        if field.name.starts_with("@odata.") || field.name.starts_with("odata.") {
            let value = &*field.value;
            facts.graph |= holds(value, "bitlocker") || holds(value, "recoverykeys");
            facts.more_pages |= holds(&field.name, "nextlink") && !value.is_empty();
        } else if name.eq_ignore_ascii_case(b"encrypted") {
            facts.encrypted |= &*field.value == "true" && ENCRYPTED.iter().any(|name| entry.has(name));
        }
        facts.about_keys |= holds(&field.name, "bitlocker")
            || holds(&field.name, "recovery")
            || holds(&field.name, "keyprotector")
            || holds(&field.name, "msfve");
    }
    facts.inner_error |= entry.name.eq_ignore_ascii_case("innererror") || entry.has("requestid");
    let is_error =
        entry.name.eq_ignore_ascii_case("error") && entry.has("code") && entry.has("message") && facts.inner_error;
    facts.error |= is_error || (entry.has("error") && entry.has("errordescription"));
    facts.power_shell |= is_power_shell(entry);
}

/// Whose object it is by itself; [`SourceKind::Other`] where that is not known.
pub(super) fn of(entry: &Entry<'_>) -> Dialect {
    let has = |name: &str| entry.has(name);
    let unknown = Dialect::plain(SourceKind::Other);
    let odata = entry
        .fields
        .iter()
        .any(|field| folded(&field.name) == "odatatype" && holds(&field.value, "bitlockerrecoverykey"));
    if odata
        || (has("id") && has("volumetype") && has("createddatetime"))
        || (has("id") && has("volumetype") && has("deviceid") && has("key"))
    {
        return Dialect { source: SourceKind::Graph, numbers: Numbers::Graph, ..unknown };
    }
    if is_power_shell(entry) {
        return Dialect { source: SourceKind::PowerShell, numbers: Numbers::PowerShell, ..unknown };
    }
    let keeper = Dialect { own_ids: true, keeper: true, ..unknown };
    if (has("organizationid") && has("folderid")) || (has("favorite") && (has("notes") || has("reprompt"))) {
        return Dialect { source: SourceKind::Bitwarden, ..keeper };
    }
    if has("uuid") && (has("favindex") || has("categoryuuid") || has("createdat") || has("trashed")) {
        return Dialect { source: SourceKind::OnePassword, ..keeper };
    }
    if (has("title") || has("name"))
        && has("password")
        && (has("username") || has("url") || has("notes") || has("login"))
    {
        return keeper;
    }
    let names = entry.fields.iter().map(|field| &*field.value).chain(std::iter::once(&*entry.name));
    let mut long = names.filter(|name| name.len() > 38 && name.len() < 2000);
    if entry.fields.iter().any(|field| holds(&field.name, "msfve"))
        || long.any(|name| directory::parse(name).is_some_and(|name| name.guid.is_some()))
    {
        return Dialect::plain(SourceKind::ActiveDirectory);
    }
    Dialect { own_ids: is_of_device(entry), ..unknown }
}

fn is_power_shell(entry: &Entry<'_>) -> bool {
    let has = |name: &str| entry.has(name);
    let volume =
        has("volumestatus") || has("encryptionpercentage") || has("protectionstatus") || has("autounlockenabled");
    has("keyprotectorid") || has("keyprotectortype") || (has("mountpoint") && (volume || has("keyprotector")))
}

/// Gives every entry its dialect, and the file its remarks.
pub(super) fn settle(sheet: &mut Sheet<'_>, facts: Facts) {
    let fallback = if facts.graph {
        Dialect { source: SourceKind::Graph, numbers: Numbers::Graph, own_ids: false, keeper: false }
    } else if facts.power_shell {
        Dialect { source: SourceKind::PowerShell, ..Dialect::plain(SourceKind::PowerShell) }
    } else {
        Dialect::plain(SourceKind::Json)
    };
    volumes_of_power_shell(sheet);
    for at in 0..sheet.entries.len() {
        let around = sheet.entries[at].parent.map(|parent| sheet.entries[parent].dialect);
        let own = &mut sheet.entries[at].dialect;
        if own.source == SourceKind::Other {
            let inherited = around.filter(|dialect| dialect.source != SourceKind::Json).unwrap_or(fallback);
            *own = if own.keeper {
                Dialect { source: fallback.source, ..*own }
            } else {
                Dialect { own_ids: own.own_ids || inherited.keeper, ..inherited }
            };
        }
    }
    let graph = facts.graph || sheet.entries.iter().any(|entry| entry.dialect.source == SourceKind::Graph);
    if facts.more_pages && graph {
        sheet.remarks.push(RemarkKind::MorePages);
    }
    if facts.encrypted {
        sheet.remarks.push(RemarkKind::Encrypted);
        sheet.source = Some(SourceKind::Bitwarden);
    }
    if facts.error {
        sheet.remarks.push(RemarkKind::ServiceErrorDocument);
        sheet.source = Some(SourceKind::Graph);
    }
    if graph {
        sheet.source = Some(SourceKind::Graph);
    } else if facts.power_shell {
        sheet.source = Some(SourceKind::PowerShell);
    } else if facts.about_keys && sheet.source.is_none() {
        sheet.source = Some(sheet.entries.first().map_or(SourceKind::Json, |entry| entry.dialect.source));
    }
}

/// A volume is known by the protectors in it.
fn volumes_of_power_shell(sheet: &mut Sheet<'_>) {
    for at in 0..sheet.entries.len() {
        if sheet.entries[at].dialect.source != SourceKind::PowerShell {
            continue;
        }
        let volume = std::iter::successors(sheet.entries[at].parent, |parent| sheet.entries[*parent].parent)
            .take(3)
            .find(|parent| sheet.entries[*parent].has("mountpoint") || sheet.entries[*parent].has("volumetype"));
        if let Some(volume) = volume.filter(|volume| sheet.entries[*volume].dialect.source == SourceKind::Other) {
            sheet.entries[volume].dialect = sheet.entries[at].dialect;
        }
    }
}

fn holds(text: &str, word: &str) -> bool {
    text.len() < 4096 && text.as_bytes().windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}
