//! Give out: keys leave the vault, to a stick, into a bundle, as a file for programs, onto paper.
//!
//! A [`Choice`] says which keys, without their digits: a face looks at it, and at where it is to go, before
//! [`Choice::reveal`] opens them. What is made of a [`Chosen`] is bytes or pages; only a [`Stick`] writes by itself.

mod attached;
mod choice;
mod drawing;
mod file;
mod fonts;
mod pages;
mod stick;

pub use attached::{AttachedStick, attached_sticks};
pub use choice::{Along, Choice, Chosen, GiveOutError, WITH_BUNDLE, WITH_STICK};
pub use drawing::{DrawnAs, draw};
pub use file::{Form, bundle, plain};
pub use pages::{Arrangement, PagesError, pages};
pub use stick::{Stick, StickFile, StickLine, Written};
