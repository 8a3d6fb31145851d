//! XML of every origin: KeePass, PowerShell, the journal of Azure's import tool, and any other. No entity of a document
//! type is ever expanded.

use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesStart, Event};
use zeroize::Zeroizing;

use super::RemarkKind;
use super::entry::{Dialect, Entry, Field, Numbers, Role, Sheet, folded, is_of_use, lifted, role};
use super::source_text::{SourceText, Text};
use drivekey_record::SourceKind;

/// Elements inside each other.
const DEPTH_MAX: usize = 200;
/// So often may a text be read to find all documents in it.
const WORK_MAX: usize = 4;
/// Entries of one file.
const ENTRIES_MAX: usize = 1_000_000;
/// Elements that are web pages or drawings.
const OTHER_ROOTS: &[&str] =
    &["html", "body", "table", "div", "p", "span", "svg", "head", "br", "font", "center", "pre", "w:document", "rss"];
/// Attributes that say nothing of a value.
const QUIET: &[&str] =
    &["protectinmemory", "protected", "type", "refid", "space", "lang", "typename", "nil", "base", "score"];
/// Elements that are cells of a table, whatever they hold.
const CELLS: &[&str] = &["data", "cell", "td", "th", "v", "col", "column"];
/// Attributes that name a value.
const NAMING: &[&str] = &["name", "n", "key", "label"];

/// Reads the documents of a text.
pub(super) fn read<'t>(source: &'t SourceText<'_>) -> Option<Sheet<'t>> {
    let text = source.as_str();
    let mut start = first_document(text, source.head().len())?;
    let mut builder = Builder::default();
    let mut work = 0;
    loop {
        work += builder.document(&text[start..]);
        let Some(next) = text.get(start + 2..).and_then(|rest| rest.find("<?xml")) else { break };
        start += 2 + next;
        // Broken documents are read to the end, each anew.
        if builder.beyond || work > text.len().saturating_mul(WORK_MAX) {
            break;
        }
    }
    let is_empty = builder.entries.iter().all(|entry| entry.fields.is_empty());
    if is_empty && !builder.beyond {
        return None;
    }
    Some(builder.sheet())
}

fn first_document(text: &str, reach: usize) -> Option<usize> {
    let begin = text.len() - text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}').len();
    let start = if text[begin..].starts_with('<') { begin } else { text[..reach].find("<?xml")? };
    let mut rest = &text[start..];
    // Past the declaration, comments and the document's type.
    while let Some(end) = (rest.starts_with("<?") || rest.starts_with("<!")).then(|| rest.find('>')).flatten() {
        rest = rest[end + 1..].trim_start_matches(|c: char| c != '<');
    }
    let name: String =
        rest.strip_prefix('<')?.chars().take_while(|c| c.is_alphanumeric() || "_:.-".contains(*c)).take(64).collect();
    let is_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_') && name.len() < 64;
    (is_name && !OTHER_ROOTS.contains(&name.to_lowercase().as_str())).then_some(start)
}

#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "signs that are independent of each other")]
struct Builder {
    entries: Vec<Entry<'static>>,
    open: Vec<Element>,
    beyond: bool,
    broken: bool,
    declares_entities: bool,
    encrypted: bool,
}

/// An element that is not closed yet.
struct Element {
    at: usize,
    text: Zeroizing<String>,
}

impl Builder {
    /// Reads one document; returns how far.
    fn document(&mut self, text: &str) -> usize {
        let mut reader = Reader::from_str(text);
        reader.config_mut().allow_dangling_amp = true;
        loop {
            match reader.read_event() {
                Ok(Event::Start(start)) => self.start(&start),
                Ok(Event::Empty(start)) => {
                    self.start(&start);
                    self.end();
                }
                Ok(Event::End(_)) => {
                    self.end();
                    if self.open.is_empty() {
                        break;
                    }
                }
                Ok(Event::Text(text)) => self.text(&text.into_inner()),
                Ok(Event::CData(text)) => self.text(&text.into_inner()),
                Ok(Event::GeneralRef(reference)) => match reference.resolve_char_ref() {
                    Ok(Some(c)) => self.text(c.encode_utf8(&mut [0; 4])),
                    _ => match resolve_predefined_entity(&reference.into_inner()) {
                        Some(text) => self.text(text),
                        // Nothing of a document's own is ever put in.
                        None => self.beyond |= self.declares_entities,
                    },
                },
                Ok(Event::DocType(declaration)) => {
                    self.declares_entities |= declaration.into_inner().contains("<!ENTITY");
                }
                Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_)) => {}
                Ok(Event::Eof) => {
                    self.broken |= !self.open.is_empty();
                    break;
                }
                Err(_) => {
                    self.broken = true;
                    break;
                }
            }
            if self.open.len() > DEPTH_MAX || self.entries.len() >= ENTRIES_MAX {
                self.beyond = true;
            }
            if self.beyond {
                break;
            }
        }
        while !self.open.is_empty() {
            self.end();
        }
        usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
    }

    fn start(&mut self, start: &BytesStart<'_>) {
        let parent = self.open.last().map(|element| element.at);
        let name = start.local_name();
        let mut entry = Entry {
            name: Text::copy(name.as_ref()),
            fields: Vec::new(),
            parent,
            place: None,
            dialect: Dialect::plain(SourceKind::Other),
        };
        for attribute in start.attributes().with_checks(false).flatten() {
            let name = attribute.key.local_name();
            let value = unescape(&attribute.value).unwrap_or_default();
            self.encrypted |= name.as_ref() == "Protected" && value == "True";
            entry.fields.push(Field::new(Text::copy(name.as_ref()), Text::copy(&value)));
        }
        self.open.push(Element { at: self.entries.len(), text: Zeroizing::new(String::new()) });
        self.entries.push(entry);
    }

    fn text(&mut self, text: &str) {
        if let Some(element) = self.open.last_mut() {
            element.text.push_str(text);
        }
    }

    fn end(&mut self) {
        let Some(Element { at, text }) = self.open.pop() else { return };
        let is_leaf = at + 1 == self.entries.len();
        let value = text.trim();
        let parent = self.entries[at].parent;
        if let (true, Some(parent)) = (is_leaf, parent)
            && let Some(field) = self.as_field(at, value)
        {
            self.entries.pop();
            self.entries[parent].fields.push(field);
            return;
        }
        let entry = &mut self.entries[at];
        if !value.is_empty() {
            let name = Text::copy(&entry.name);
            entry.fields.push(Field::new(name, Text::copy(value)));
        }
        if let Some(named) = entry.fields.iter().position(|field| folded(&field.name) == "n").filter(|_| !is_leaf) {
            entry.name = Text::copy(&entry.fields[named].value);
        }
        entry.dialect = dialect(entry);
        entry.fields.retain(is_of_use);
        if is_leaf && entry.fields.is_empty() {
            self.entries.pop();
        }
    }

    /// An element that is one value: a field of the element around it.
    fn as_field(&mut self, at: usize, value: &str) -> Option<Field<'static>> {
        let entry = &mut self.entries[at];
        let quiet = |field: &Field<'_>| QUIET.contains(&folded(&field.name).as_str());
        let is_cell = |name: &str| CELLS.iter().any(|cell| name.eq_ignore_ascii_case(cell));
        if value.is_empty() && entry.fields.len() == 1 && is_cell(&entry.fields[0].name) && is_cell(&entry.name) {
            return entry.fields.pop();
        }
        if value.is_empty() && entry.fields.iter().any(|field| !quiet(field)) {
            return lifted(entry);
        }
        if entry.fields.iter().all(quiet) {
            let is_cell = is_cell(&entry.name);
            let field = Field::new(Text::copy(&entry.name), Text::copy(value));
            return Some(if is_cell { Field { role: Role::Unknown, ..field } } else { field });
        }
        let mut telling = entry.fields.iter().filter(|field| !quiet(field));
        let (naming, None) = (telling.next()?, telling.next()) else { return None };
        let known = role(&naming.value) != Role::Unknown
            || matches!(
                folded(&entry.name).as_str(),
                "property" | "field" | "string" | "s" | "entry" | "data" | "item"
            );
        (NAMING.contains(&folded(&naming.name).as_str()) && known)
            .then(|| Field::new(Text::copy(&naming.value), Text::copy(value)))
    }

    fn sheet(mut self) -> Sheet<'static> {
        let is_kee_pass = self.entries.iter().any(|entry| &*entry.name == "KeePassFile" || &*entry.name == "pwlist");
        let fallback = if is_kee_pass {
            Dialect { own_ids: true, keeper: true, ..Dialect::plain(SourceKind::KeePass) }
        } else {
            Dialect::plain(SourceKind::Xml)
        };
        for at in 0..self.entries.len() {
            let around = self.entries[at].parent.map(|parent| self.entries[parent].dialect);
            let own = &mut self.entries[at].dialect;
            if is_kee_pass || own.source == SourceKind::Other {
                *own = around.filter(|dialect| dialect.source != SourceKind::Other).unwrap_or(fallback);
            }
            if is_kee_pass {
                *own = fallback;
            }
        }
        let mut sheet = Sheet::of(self.entries);
        if self.beyond {
            sheet.remarks.push(RemarkKind::BeyondCeiling);
        } else if self.broken {
            sheet.remarks.push(RemarkKind::BrokenStructure);
        }
        if self.encrypted {
            sheet.remarks.push(RemarkKind::Encrypted);
            sheet.source = Some(SourceKind::KeePass);
        }
        sheet
    }
}

/// Whose element it is by itself; [`SourceKind::Other`] where that is not known.
fn dialect(entry: &mut Entry<'static>) -> Dialect {
    let unknown = Dialect::plain(SourceKind::Other);
    if entry.has("keyprotectorid")
        || entry.has("keyprotectortype")
        || (entry.has("mountpoint") && entry.has("volumestatus"))
    {
        return Dialect { numbers: Numbers::PowerShell, ..Dialect::plain(SourceKind::PowerShell) };
    }
    if entry.has("bitlockerkey") && entry.has("driveid") {
        // What the journal calls a drive is its serial number.
        for field in entry.fields.iter_mut().filter(|field| folded(&field.name) == "driveid") {
            field.role = Role::Title;
        }
        return Dialect { own_ids: true, ..Dialect::plain(SourceKind::Xml) };
    }
    if entry.fields.iter().any(|field| folded(&field.name).starts_with("msfve")) {
        return Dialect::plain(SourceKind::ActiveDirectory);
    }
    unknown
}
