//! Single files packed by gzip, and tar archives in them or by themselves. Must not know what the members hold.

use flate2::read::MultiGzDecoder;

use crate::nested::{Members, Unpacked};
use crate::{Input, Reading, RemarkKind};

mod tar;

const MARK: &[u8] = b"\x1F\x8B\x08";
/// The name of a file whose name is not kept.
const NAMELESS: &str = "unpacked";

pub(crate) fn sniff(input: &Input<'_>) -> bool {
    input.bytes.starts_with(MARK) || tar::is_tar(input.bytes)
}

pub(crate) fn read(input: &Input<'_>) -> Reading {
    let mut members = Members::of(input);
    if tar::is_tar(input.bytes) {
        tar::read(input.bytes, &mut members);
        return members.finish(None);
    }
    let Some(nest) = members.admit() else { return members.finish(None) };
    let stream = MultiGzDecoder::new(input.bytes);
    let name =
        stream.header().and_then(|header| header.filename()).map(|name| String::from_utf8_lossy(name).into_owned());
    let name = name.unwrap_or_else(|| NAMELESS.to_owned());
    match nest.unpack(stream) {
        Unpacked::Whole(bytes) => members.read(nest, &name, &bytes),
        Unpacked::Begun(bytes) => {
            members.read(nest, &name, &bytes);
            members.remark_whole(RemarkKind::BrokenStructure);
        }
        Unpacked::Beyond => members.beyond(),
    }
    members.finish(None)
}
