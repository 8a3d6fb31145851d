//! Office documents that are archives: Word, Excel and `PowerPoint` since 2007, texts and spreadsheets of
//! `OpenDocument`. Takes the text out of the members that hold it; what is embedded is read by its own content.

use zeroize::Zeroizing;

use crate::charset;
use crate::members::Members;
use crate::package::{Package, Unzipped};
use crate::receiver::{Fault, Form, Receiver, Source};
use crate::writer::TextWriter;

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

pub(crate) fn take(source: &Source<'_>, package: &mut Package<'_>, to: &mut dyn Receiver) {
    let mut document = Document { package, members: Members::new(source, to) };
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
}

/// Which document that is one XML file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flat {
    /// A spreadsheet of `OpenDocument`.
    OpenSheet,
    /// A text of `OpenDocument`, or slides.
    OpenText,
    /// A workbook of Excel 2003.
    Excel,
    /// A document of Word 2003 or later.
    Word,
}

/// Takes such a document apart.
pub(crate) fn take_flat(xml: &str, kind: Flat, to: &mut dyn Receiver) {
    let text = |dialect: Dialect| {
        let mut writer = TextWriter::with_capacity(0);
        words::take(xml, dialect, &mut writer);
        writer.finish()
    };
    match kind {
        Flat::OpenText => to.document(Form::Document, &text(Dialect::OpenDocument)),
        Flat::Word => to.document(Form::Document, &text(Dialect::Office)),
        Flat::OpenSheet | Flat::Excel => to.sheet(&mut |cells| {
            cells.unpacked(xml.len());
            if kind == Flat::Excel {
                sheet::excel_2003(xml, cells);
            } else {
                sheet::open_document(xml, cells);
            }
            Ok(())
        }),
    }
}

struct Document<'a, 'b, 'r> {
    package: &'b mut Package<'a>,
    members: Members<'b, 'r>,
}

impl Document<'_, '_, '_> {
    /// A member's bytes; what is wrong with it is noted.
    fn member(&mut self, name: &str) -> Option<Zeroizing<Vec<u8>>> {
        let at = self.package.position(name)?;
        let nest = self.members.admit()?;
        match self.package.unpack(at, nest) {
            Unzipped::Bytes(bytes) => Some(bytes),
            Unzipped::Begun(bytes) => {
                self.members.fault(Fault::Broken);
                Some(bytes)
            }
            Unzipped::Refused(fault) => {
                self.members.fault(fault);
                None
            }
        }
    }

    /// All members with words in them as one text.
    fn text(&mut self, wanted: fn(&str) -> bool, dialect: Dialect) {
        let mut writer = TextWriter::with_capacity(0);
        for name in self.sorted(wanted) {
            let Some(bytes) = self.member(&name) else { continue };
            let text = charset::decode(&bytes, None);
            words::take(text.as_str(), dialect, &mut writer);
            writer.edge();
        }
        self.members.text(Form::Document, &writer.finish());
    }

    fn open_document(&mut self) {
        if let Some(list) = self.member(OPEN_DOCUMENT_LIST)
            && charset::decode(&list, None).as_str().contains(ENCRYPTED)
        {
            return self.members.fault(Fault::Encrypted);
        }
        let is_sheet = self.member(OPEN_DOCUMENT_TYPE).is_some_and(|kind| kind.ends_with(b"spreadsheet"));
        if !is_sheet {
            return self.text(|name| matches!(name, OPEN_DOCUMENT | "styles.xml"), Dialect::OpenDocument);
        }
        let Some(content) = self.member(OPEN_DOCUMENT) else { return };
        self.members.to.sheet(&mut |cells| {
            cells.unpacked(content.len());
            sheet::open_document(charset::decode(&content, None).as_str(), cells);
            Ok(())
        });
    }

    fn workbook(&mut self) {
        let strings = self.member(SHARED_STRINGS).unwrap_or_default();
        let names = self.sorted(|name| name.starts_with("xl/worksheets/") && name.ends_with(XML));
        let sheets: Vec<_> = names.iter().filter_map(|name| self.member(name)).collect();
        self.members.to.sheet(&mut |cells| {
            cells.unpacked(strings.len());
            let strings = sheet::shared_strings(charset::decode(&strings, None).as_str());
            for bytes in &sheets {
                cells.unpacked(bytes.len());
                sheet::worksheet(charset::decode(bytes, None).as_str(), &strings, cells);
            }
            Ok(())
        });
        let beside =
            |name: &str| (name.starts_with("xl/comments") || name.starts_with("xl/drawings/")) && name.ends_with(XML);
        if !self.sorted(beside).is_empty() {
            self.text(beside, Dialect::Office);
        }
    }

    /// Files and pictures that were put into the document.
    fn embedded(&mut self) {
        let mut names = self.sorted(is_embedded);
        if self.members.to.wants_pictures() {
            names.extend(self.sorted(is_picture));
        }
        for name in names {
            let Some(bytes) = self.member(&name) else { continue };
            if let Some(nest) = self.members.admit() {
                self.members.member(nest, &name, &bytes);
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

fn is_embedded(name: &str) -> bool {
    name.contains("/embeddings/") || name.starts_with("Object ") && name.ends_with(OPEN_DOCUMENT)
}

fn is_picture(name: &str) -> bool {
    (name.contains("/media/") || name.starts_with("Pictures/"))
        && [".png", ".jpg", ".jpeg"].iter().any(|end| name.to_ascii_lowercase().ends_with(end))
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
