//! Documents made to be looked at: each reader takes the text out of one format, lines and tables kept, and hands it to
//! the reader of all text.

pub(super) mod html;
pub(super) mod office;
pub(super) mod office_97;
pub(super) mod pdf;
pub(super) mod rtf;

pub(super) mod entity;
mod markup;
mod page;
mod rows;

pub(super) use page::Page;
pub(super) use rows::Rows;
