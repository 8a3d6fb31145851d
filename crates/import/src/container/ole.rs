//! Compound files: Word and Excel before 2007, mails saved by Outlook, encrypted office documents. Hands each stream to
//! the reader of its kind; must not know what a stream means.

use crate::document::office_97;
use crate::nested::Members;
use crate::{FileName, Input, Reading, RemarkKind, read_input};

mod compound;

pub(crate) use compound::Compound;

/// The stream that holds an office document of today, encrypted.
const ENCRYPTED: &str = "EncryptedPackage";
/// How Outlook names the content of an attachment.
const ATTACHMENT: &str = "__substg1.0_37010102";

pub(crate) fn sniff(input: &Input<'_>) -> bool {
    input.bytes.starts_with(compound::MARK)
}

pub(crate) fn read(input: &Input<'_>) -> Reading {
    let mut members = Members::of(input);
    let Some(compound) = Compound::open(input.bytes) else {
        members.remark_whole(RemarkKind::BrokenStructure);
        return members.finish(None);
    };
    if compound.find(ENCRYPTED).is_some() {
        members.remark_whole(RemarkKind::Encrypted);
        return members.finish(None);
    }
    if let Some(reading) = office_97::read(input, &compound) {
        members.add(reading, None);
        return members.finish(None);
    }
    for stream in compound.streams() {
        let Some(nest) = members.admit() else { break };
        if !nest.take_bytes(stream.size_bytes) {
            members.beyond();
            continue;
        }
        let Some(bytes) = compound.bytes(stream) else { continue };
        let attached = stream.name == ATTACHMENT;
        let reading = read_input(&Input { name: FileName::new(None), bytes: &bytes, nest });
        // A mail holds its text in several forms.
        if attached {
            members.add(reading, Some("attachment"));
        } else if !members.knows_all(&reading) {
            members.add(reading, None);
        }
    }
    members.finish(None)
}
