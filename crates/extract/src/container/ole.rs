//! Compound files: Word and Excel before 2007, mails saved by Outlook, encrypted office documents.

use crate::compound::{self, Compound};
use crate::document::office_97;
use crate::members::Members;
use crate::receiver::{Fault, Member, Receiver, Source};

/// The stream that holds an office document of today, encrypted.
const ENCRYPTED: &str = "EncryptedPackage";
/// How Outlook names the content of an attachment.
const ATTACHMENT: &str = "__substg1.0_37010102";

/// How Outlook names the text of a mail that is written in rich text.
const RICH_TEXT: &str = "__substg1.0_10090102";

pub(crate) fn sniff(bytes: &[u8]) -> bool {
    bytes.starts_with(compound::MARK)
}

pub(crate) fn take(source: &Source<'_>, to: &mut dyn Receiver) {
    let Some(compound) = Compound::open(source.bytes) else { return to.fault(Fault::Broken, None) };
    if compound.find(ENCRYPTED).is_some() {
        return to.fault(Fault::Encrypted, None);
    }
    if office_97::take(source, &compound, to) {
        return;
    }
    let mut members = Members::new(source, to);
    for stream in compound.streams() {
        let Some(nest) = members.admit() else { break };
        if !nest.take_bytes(stream.size_bytes) {
            members.beyond();
            continue;
        }
        let Some(bytes) = compound.bytes(stream) else { continue };
        if stream.name == RICH_TEXT && super::lzfu::sniff(&bytes) {
            let Some(rich) = super::lzfu::unpack(&bytes).filter(|rich| nest.take_bytes(rich.len())) else { continue };
            members.to.member(Member { name: None, bytes: &rich, nest, is_mail: false });
            continue;
        }
        let name = (stream.name == ATTACHMENT).then_some("attachment");
        members.to.member(Member { name, bytes: &bytes, nest, is_mail: false });
    }
}
