//! Linux: what `/sys`, `/proc` and udev say of block devices and mounts. Must not know other systems.

mod below;
mod blocks;
mod list;
mod mountinfo;

pub(super) use below::below;
pub(super) use list::attached;

#[cfg(test)]
mod tests;
