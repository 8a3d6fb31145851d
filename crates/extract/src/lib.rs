//! Extract: the bytes of a file in; its text, its rows and its members out. Archives, mails, compound files and
//! documents are taken apart here, under ceilings of memory, depth and work. What a text means is the caller's matter:
//! this crate knows nothing of keys.
//!
//! ```
//! use drivekey_extract::{Budget, Cells, Fault, Form, Member, Nest, Receiver, Source, take_apart};
//!
//! #[derive(Default)]
//! struct Texts(Vec<String>);
//!
//! impl Receiver for Texts {
//!     fn document(&mut self, _: Form, text: &[u8]) {
//!         self.0.push(String::from_utf8_lossy(text).into_owned());
//!     }
//!     fn text(&mut self, form: Form, text: &[u8]) {
//!         self.document(form, text);
//!     }
//!     fn sheet(&mut self, _: &mut dyn FnMut(&mut dyn Cells) -> Result<(), Fault>) {}
//!     fn member(&mut self, _: Member<'_>) {}
//!     fn fault(&mut self, _: Fault, _: Option<&str>) {}
//! }
//!
//! let budget = Budget::new();
//! let mut texts = Texts::default();
//! let page = b"<!doctype html><p>one<p>two";
//! assert!(take_apart(&Source { bytes: page, nest: Nest::outermost(&budget) }, &mut texts));
//! assert_eq!(texts.0, ["one\ntwo"]);
//! ```
#![forbid(unsafe_code)]

mod ceiling;
mod charset;
mod compound;
mod container;
mod document;
mod encoding;
mod entity;
mod formats;
mod markup;
mod members;
mod package;
mod receiver;
mod unread;
mod wiped;
mod writer;

pub use ceiling::{Budget, Nest};
pub use container::mail::quoted_printable;
pub use container::sealed::unread_kind;
pub use encoding::{Characters, Detected, Encoding, decode, detect, other_code_pages};
pub use formats::{hides_text, take_apart, take_mail_apart};
pub use receiver::{Cells, Fault, Form, Member, Receiver, Source};
pub use unread::Unread;
pub use writer::TextWriter;
