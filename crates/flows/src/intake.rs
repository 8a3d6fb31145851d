//! Intake: from files, folders and the clipboard to keys that can be kept, the questions that only a person can settle,
//! and the vault.
//!
//! [`read`] reads what was named. [`Sources::open_sealed`] opens what is encrypted. What is left open is asked as data
//! ([`Sources::doubtful`], [`Sources::open_keys`], [`Sources::suggestions`]) and answered on [`Sources`].
//! [`Sources::sort`] makes it ready, and [`Ready::take_in`] keeps it in one write, or tells what would become of it.

mod counts;
mod file;
mod not_looked_into;
mod origin;
mod questions;
mod scanned;
mod sealed;
pub(crate) mod source_text;
mod sources;
mod take;

pub use counts::Counts;
pub use file::{Fate, FileOutcome, NoKeyBecause, Outcome};
pub use not_looked_into::NotLookedInto;
pub use origin::Origin;
pub use questions::{KeyPlace, OpenKey, Suggestion};
pub use sealed::{BundleKeys, IdentityError, OpenError, read_identities};
pub use sources::{Named, PassedOver, Source, Sources, read};
pub use take::{Ready, Said};
