//! ZIP archives, and what is one inside: office documents, 1Password exports. Also reads archives that were cut off.
//! Unpacks into memory only, within the ceilings.

use crate::document::{office, xps};
use crate::members::Members;
use crate::package::{Package, Unzipped};
use crate::receiver::{Fault, Receiver, Source};

mod salvage;

const MARKS: [&[u8]; 3] = [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK\x03\x04"];
/// The copies of a Mac's own data beside each file.
const RESOURCE_FORKS: &str = "__MACOSX/";

pub(crate) fn sniff(bytes: &[u8]) -> bool {
    MARKS.iter().any(|mark| bytes.starts_with(mark))
}

pub(crate) fn take(source: &Source<'_>, to: &mut dyn Receiver) {
    let Some(mut package) = Package::open(source.bytes) else {
        return salvage::take(source.bytes, &mut Members::new(source, to));
    };
    if office::is_office(&package.names) {
        return office::take(source, &mut package, to);
    }
    if xps::is_xps(&package.names) {
        return xps::take(source, &mut package, to);
    }
    to.listed(&package.names);
    each(&mut package, &mut Members::new(source, to));
}

/// Reads the members one after the other.
fn each(package: &mut Package<'_>, members: &mut Members<'_, '_>) {
    let names = std::mem::take(&mut package.names);
    let mut refused = Vec::new();
    for (index, name) in names.iter().enumerate() {
        if name.ends_with(['/', '\\']) || name.starts_with(RESOURCE_FORKS) {
            continue;
        }
        let Some(nest) = members.admit() else { break };
        match package.unpack(index, nest) {
            Unzipped::Bytes(bytes) => members.member(nest, name, &bytes),
            Unzipped::Begun(bytes) => {
                members.member(nest, name, &bytes);
                members.fault_of(name, Fault::Broken);
            }
            // One word for all that are locked alike.
            Unzipped::Refused(fault) if refused.contains(&fault) => {}
            Unzipped::Refused(fault) => {
                members.fault_of(name, fault);
                refused.push(fault);
            }
        }
    }
}
