//! What passes between the formats and whoever wants to know what is in a file: the bytes going in, and the texts,
//! sheets, members and faults coming out.

use crate::ceiling::Nest;
use crate::unread::Unread;

/// A file that is to be taken apart.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// How deep inside other files it lies.
    pub nest: Nest<'a>,
}

/// What kind of file a text comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A web page.
    Html,
    /// Rich text.
    Rtf,
    /// A PDF.
    Pdf,
    /// A mail's own text.
    Mail,
    /// A document of Word, `PowerPoint` or `OpenDocument`.
    Document,
    /// A spreadsheet.
    Spreadsheet,
    /// The encrypted file of a password manager.
    PasswordSafe,
    /// Contacts or a calendar.
    Card,
    /// Names and values inside each other, written as JSON.
    Tree,
}

/// Why something was not read, or not all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Encrypted.
    Encrypted,
    /// Nested too deep, or too large when unpacked.
    BeyondCeiling,
    /// Of a kind that is not taken apart here.
    NotRead(Unread),
    /// The structure is broken; what could be read was read.
    Broken,
}

/// A file inside a file.
pub struct Member<'a> {
    /// Its name, which may hold folders; `None` for a stream whose name says nothing.
    pub name: Option<&'a str>,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Where it lies.
    pub nest: Nest<'a>,
    /// Whether it is known to be a mail, whatever its bytes look like.
    pub is_mail: bool,
}

/// Takes what is found in a file, in the order in which it is found.
pub trait Receiver {
    /// The file is one text and nothing else.
    fn document(&mut self, form: Form, text: &[u8]);

    /// A text of the file itself, beside which there may be others: the same in another form, or members.
    fn text(&mut self, form: Form, text: &[u8]);

    /// The sheets of a spreadsheet. The receiver calls `fill` once, with what is to take the cells; where that fails,
    /// the cells taken so far count for nothing.
    fn sheet(&mut self, fill: &mut dyn FnMut(&mut dyn Cells) -> Result<(), Fault>);

    /// A file inside it.
    fn member(&mut self, member: Member<'_>);

    /// Something is wrong with the file, or with the member of this name.
    fn fault(&mut self, fault: Fault, member: Option<&str>);

    /// The names of all members, where the file has a list of them; called before the first.
    fn listed(&mut self, _names: &[String]) {}

    /// What kind of file it is, where that is all there is to know.
    fn form(&mut self, _form: Form) {}

    /// Whether pictures inside documents are wanted as members.
    fn wants_pictures(&self) -> bool {
        false
    }
}

/// Takes the cells of a sheet, row by row. Columns count from 0, ascending within a row; empty cells are left out.
pub trait Cells {
    /// So many more bytes were unpacked: the text of the cells should be in proportion to them.
    fn unpacked(&mut self, bytes: usize);

    /// A row begins.
    fn row(&mut self);

    /// A cell with text in it.
    fn text(&mut self, column: usize, text: &str);

    /// A cell with a number in it.
    fn number(&mut self, column: usize, number: f64);
}
