//! Repairs a recovery password that was read in part or typed wrongly. [`Candidates`] lists what it may have been, the
//! likeliest first, and [`search`] looks for the one that opens a volume.

mod candidates;
mod cost;
mod look_alike;
mod rate;
mod reading;
mod search;

pub use candidates::{Candidates, Effort};
pub use rate::Rate;
pub use reading::{Reading, ReadingError};
pub use search::{Progress, Search, SearchEnd, Searched, search};
