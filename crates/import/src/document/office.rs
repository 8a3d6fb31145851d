//! Office documents that are archives: Word, Excel and `PowerPoint` since 2007, texts and spreadsheets of
//! `OpenDocument`. Takes the text out of the members that hold it; what is embedded is read by its own content.

use zeroize::Zeroizing;

use super::{Page, Rows};
use crate::charset;
use crate::container::zip::{Member, Package};
use crate::nested::Members;
use crate::{Input, Reading, RemarkKind, read_extracted};
use drivekey_record::SourceKind;

mod sheet;
mod words;

use words::Dialect;

const OPEN_DOCUMENT: &str = "content.xml";
const OPEN_DOCUMENT_TYPE: &str = "mimetype";
const OPEN_DOCUMENT_LIST: &str = "META-INF/manifest.xml";
/// What an encrypted `OpenDocument`'s list of members says of each.
const ENCRYPTED: &str = "encryption-data";
const MAIN_MEMBERS: &[&str] = &["word/document.xml", "xl/workbook.xml", "ppt/presentation.xml", OPEN_DOCUMENT];
/// How the members that matter end.
const XML: &str = ".xml";
const SHARED_STRINGS: &str = "xl/sharedStrings.xml";

/// Whether an archive with these members is such a document.
pub(crate) fn is_office(names: &[String]) -> bool {
    let open = names.iter().any(|name| name == OPEN_DOCUMENT_TYPE);
    let main = |name: &&String| MAIN_MEMBERS.contains(&name.as_str());
    names.iter().filter(main).any(|name| name != OPEN_DOCUMENT || open)
}

pub(crate) fn read(input: &Input<'_>, package: &mut Package<'_>) -> Reading {
    let mut document = Document { input, package, members: Members::of(input) };
    let is_open =
        document.package.position(OPEN_DOCUMENT).is_some() && document.package.position(OPEN_DOCUMENT_TYPE).is_some();
    if is_open {
        document.open_document();
    } else if document.package.position("xl/workbook.xml").is_some() {
        document.workbook();
    } else {
        document.text(is_text_part, Dialect::Office);
    }
    document.embedded();
    document.members.finish(None)
}

struct Document<'a, 'b, 'c> {
    input: &'a Input<'a>,
    package: &'b mut Package<'c>,
    members: Members<'a>,
}

impl Document<'_, '_, '_> {
    /// A member's bytes; what is wrong with it is noted.
    fn member(&mut self, name: &str) -> Option<Zeroizing<Vec<u8>>> {
        let at = self.package.position(name)?;
        let nest = self.members.admit()?;
        match self.package.unpack(at, nest) {
            Member::Bytes(bytes) => Some(bytes),
            Member::Begun(bytes) => {
                self.members.remark_whole(RemarkKind::BrokenStructure);
                Some(bytes)
            }
            Member::Refused(kind) => {
                self.members.remark_whole(kind);
                None
            }
        }
    }

    /// All members with words in them as one text.
    fn text(&mut self, wanted: fn(&str) -> bool, dialect: Dialect) {
        let mut page = Page::with_capacity(0);
        for name in self.sorted(wanted) {
            let Some(bytes) = self.member(&name) else { continue };
            let text = charset::decode(&bytes, None);
            words::take(text.as_str(), dialect, &mut page);
            page.edge();
        }
        let reading = read_extracted(self.input, &page.finish(), SourceKind::Document);
        self.members.add(reading, None);
    }

    fn open_document(&mut self) {
        if let Some(list) = self.member(OPEN_DOCUMENT_LIST)
            && charset::decode(&list, None).as_str().contains(ENCRYPTED)
        {
            return self.members.remark_whole(RemarkKind::Encrypted);
        }
        let is_sheet = self.member(OPEN_DOCUMENT_TYPE).is_some_and(|kind| kind.ends_with(b"spreadsheet"));
        if !is_sheet {
            return self.text(|name| matches!(name, OPEN_DOCUMENT | "styles.xml"), Dialect::OpenDocument);
        }
        let Some(content) = self.member(OPEN_DOCUMENT) else { return };
        let mut rows = Rows::new();
        rows.make_room(content.len());
        sheet::open_document(charset::decode(&content, None).as_str(), &mut rows);
        self.members.add(rows.read(self.input, SourceKind::Spreadsheet), None);
    }

    fn workbook(&mut self) {
        let mut rows = Rows::new();
        let strings = self.member(SHARED_STRINGS).unwrap_or_default();
        rows.make_room(strings.len());
        let strings = sheet::shared_strings(charset::decode(&strings, None).as_str());
        for name in self.sorted(|name| name.starts_with("xl/worksheets/") && name.ends_with(XML)) {
            let Some(bytes) = self.member(&name) else { continue };
            rows.make_room(bytes.len());
            sheet::worksheet(charset::decode(&bytes, None).as_str(), &strings, &mut rows);
        }
        self.members.add(rows.read(self.input, SourceKind::Spreadsheet), None);
        let beside =
            |name: &str| (name.starts_with("xl/comments") || name.starts_with("xl/drawings/")) && name.ends_with(XML);
        if !self.sorted(beside).is_empty() {
            self.text(beside, Dialect::Office);
        }
    }

    /// Files that were put into the document.
    fn embedded(&mut self) {
        for name in self.sorted(|name| {
            name.contains("/embeddings/") || name.starts_with("Object ") && name.ends_with(OPEN_DOCUMENT)
        }) {
            let Some(bytes) = self.member(&name) else { continue };
            if let Some(nest) = self.members.admit() {
                self.members.read(nest, &name, &bytes);
            }
        }
    }

    /// The names of the wanted members: `slide2` before `slide10`, the main text before what is round it.
    fn sorted(&self, wanted: fn(&str) -> bool) -> Vec<String> {
        let mut names: Vec<String> = self.package.names.iter().filter(|name| wanted(name)).cloned().collect();
        names.sort_by_key(|name| (!MAIN_MEMBERS.contains(&name.as_str()), name.len(), name.clone()));
        names
    }
}

fn is_text_part(name: &str) -> bool {
    let Some((folder, file)) = name.split_once('/').filter(|_| name.ends_with(XML)) else { return false };
    match folder {
        "word" => ["document", "header", "footer", "footnotes", "endnotes", "comments.xml"]
            .iter()
            .any(|part| file.starts_with(part)),
        "ppt" => ["slides/slide", "notesSlides/notesSlide", "comments/"].iter().any(|part| file.starts_with(part)),
        _ => false,
    }
}
