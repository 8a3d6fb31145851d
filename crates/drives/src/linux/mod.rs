//! Linux: block devices and mounts, as `/sys`, `/proc` and udev describe them.

mod below;
mod blocks;
mod list;
mod mountinfo;

pub(super) use below::below;
pub(super) use list::attached;

#[cfg(test)]
mod tests;
