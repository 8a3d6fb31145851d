//! The members of one file, handed over as many and as deep as the ceilings allow.

use crate::ceiling::Nest;
use crate::receiver::{Fault, Form, Member, Receiver, Source};

/// Hands them over.
pub(crate) struct Members<'s, 'r> {
    /// `None` where the members would lie too deep.
    nest: Option<Nest<'s>>,
    pub(crate) to: &'r mut dyn Receiver,
}

impl<'s, 'r> Members<'s, 'r> {
    pub(crate) fn new(source: &Source<'s>, to: &'r mut dyn Receiver) -> Self {
        Self { nest: source.nest.deeper(), to }
    }

    /// Whether one more member may be read; where none may, that is a fault.
    pub(crate) fn admit(&mut self) -> Option<Nest<'s>> {
        let nest = self.nest.filter(|nest| nest.take_member());
        if nest.is_none() {
            self.beyond();
        }
        nest
    }

    /// Something was too deep or too large.
    pub(crate) fn beyond(&mut self) {
        self.fault(Fault::BeyondCeiling);
    }

    /// A member, to be read by its content.
    pub(crate) fn member(&mut self, nest: Nest<'_>, name: &str, bytes: &[u8]) {
        self.to.member(Member { name: Some(name), bytes, nest, is_mail: false });
    }

    /// A text of the file itself.
    pub(crate) fn text(&mut self, form: Form, text: &[u8]) {
        self.to.text(form, text);
    }

    /// A fault of the whole.
    pub(crate) fn fault(&mut self, fault: Fault) {
        self.to.fault(fault, None);
    }

    /// A fault of one member.
    pub(crate) fn fault_of(&mut self, name: &str, fault: Fault) {
        self.to.fault(fault, Some(name));
    }
}
