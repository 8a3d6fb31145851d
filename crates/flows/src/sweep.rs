//! Sweep: recovery keys that lie about in the clear are found, and files whose keys are all in the vault destroyed.
//!
//! [`search`] finds them. What it finds is an [intake](crate::intake) like any other. [`Doomed::of`] says which files
//! may go, and [`Doomed::erase`] looks at each again and destroys it.

mod erasing;
mod judge;
mod search;

pub use erasing::{Doomed, Left, Swept};
pub use judge::SweepError;
pub use search::{Tally, search};
