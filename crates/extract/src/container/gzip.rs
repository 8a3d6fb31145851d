//! Single files packed by gzip.

use flate2::read::MultiGzDecoder;

use crate::ceiling::Unpacked;
use crate::members::Members;
use crate::receiver::{Fault, Receiver, Source};

const MARK: &[u8] = b"\x1F\x8B\x08";
/// The name of a file whose name is not kept.
const NAMELESS: &str = "unpacked";

pub(crate) fn sniff(bytes: &[u8]) -> bool {
    bytes.starts_with(MARK)
}

pub(crate) fn take(source: &Source<'_>, to: &mut dyn Receiver) {
    let mut members = Members::new(source, to);
    let Some(nest) = members.admit() else { return };
    let stream = MultiGzDecoder::new(source.bytes);
    let name =
        stream.header().and_then(|header| header.filename()).map(|name| String::from_utf8_lossy(name).into_owned());
    let name = name.unwrap_or_else(|| NAMELESS.to_owned());
    match nest.unpack(stream) {
        Unpacked::Whole(bytes) => members.member(nest, &name, &bytes),
        Unpacked::Begun(bytes) => {
            members.member(nest, &name, &bytes);
            members.fault(Fault::Broken);
        }
        Unpacked::Beyond => members.beyond(),
    }
}
