//! Mending a recovery password that was read in part or typed wrongly: what it may have been, in order of likelihood,
//! and the search for the one that opens a volume. Knows no paper and no screen.

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
