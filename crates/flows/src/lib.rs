//! What people want done, one flow a file: typed input, events for progress, typed outcome.
//!
//! No sentence, no exit code and no terminal stands here. A face asks what a flow wants to know, passes the answers on,
//! and puts the outcome into words.
#![forbid(unsafe_code)]

pub mod add;
pub mod erase;
pub mod gather;
pub mod give_out;
pub mod intake;
pub mod kit;
pub mod new_file;
pub mod page_check;
mod scans;
pub mod sweep;
mod watch;

pub use scans::{ReadHere, ScanReader};
pub use watch::{Progress, Unwatched, Watch, Work};
