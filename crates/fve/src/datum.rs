//! Datums, the building blocks of the metadata: length, role, kind, flags and data, in a list or nested.

use super::bytes::{array_at, u16_at};

/// Length, role, kind, flags: two bytes each.
pub(super) const DATUM_HEADER_BYTES: usize = 8;

pub(super) mod role {
    pub(crate) const PROPERTY: u16 = 0;
    pub(crate) const PROTECTOR: u16 = 2;
    pub(crate) const VOLUME_KEY: u16 = 3;
    pub(crate) const EXTERNAL_KEY: u16 = 6;
    pub(crate) const DESCRIPTION: u16 = 7;
    pub(crate) const VOLUME_HEADER: u16 = 0x0F;
    pub(crate) const NESTED_RECOVERY_KEY: u16 = 0x12;
}

pub(super) mod kind {
    pub(crate) const KEY: u16 = 1;
    pub(crate) const TEXT: u16 = 2;
    pub(crate) const STRETCH_KEY: u16 = 3;
    pub(crate) const AES_CCM: u16 = 5;
    pub(crate) const PROTECTOR: u16 = 8;
    pub(crate) const EXTERNAL_KEY: u16 = 9;
    pub(crate) const OFFSET_AND_SIZE: u16 = 0x0F;
    pub(crate) const HINT: u16 = 0x18;
}

/// One datum.
#[derive(Debug, Clone, Copy)]
pub(super) struct Datum<'a> {
    pub(super) role: u16,
    pub(super) kind: u16,
    pub(super) data: &'a [u8],
}

/// The fixed part of a stretch key, and the datums nested in it.
pub(super) struct StretchKey<'a> {
    pub(super) method: u16,
    pub(super) flags: u16,
    pub(super) salt: [u8; 16],
    pub(super) nested: Datums<'a>,
}

/// The parts of an AES-CCM datum.
pub(super) struct Sealed<'a> {
    pub(super) nonce: [u8; 12],
    pub(super) mac: [u8; 16],
    pub(super) ciphertext: &'a [u8],
}

/// The datums of an area. The list ends at one that is shorter than its header or longer than the rest of the area.
#[derive(Debug, Clone)]
pub(super) struct Datums<'a> {
    rest: &'a [u8],
}

impl<'a> Datums<'a> {
    pub(super) const fn new(area: &'a [u8]) -> Self {
        Self { rest: area }
    }

    /// Whether anything but zero padding is left behind the end of the list.
    pub(super) fn ended_early(mut self) -> bool {
        self.by_ref().for_each(drop);
        self.rest.iter().any(|byte| *byte != 0)
    }
}

impl<'a> Iterator for Datums<'a> {
    type Item = Datum<'a>;

    fn next(&mut self) -> Option<Datum<'a>> {
        let size = usize::from(u16_at(self.rest, 0)?);
        if size < DATUM_HEADER_BYTES || size > self.rest.len() {
            return None;
        }
        let (this, rest) = self.rest.split_at(size);
        self.rest = rest;
        Some(Datum { role: u16_at(this, 2)?, kind: u16_at(this, 4)?, data: &this[DATUM_HEADER_BYTES..] })
    }
}

impl<'a> Datum<'a> {
    pub(super) fn is(&self, role: u16, kind: u16) -> bool {
        self.role == role && self.kind == kind
    }

    pub(super) fn stretch_key(&self) -> Option<StretchKey<'a>> {
        if self.kind != kind::STRETCH_KEY {
            return None;
        }
        let [method, flags] = [u16_at(self.data, 0)?, u16_at(self.data, 2)?];
        Some(StretchKey { method, flags, salt: array_at(self.data, 4)?, nested: Datums::new(self.data.get(20..)?) })
    }

    pub(super) fn sealed(&self) -> Option<Sealed<'a>> {
        if self.kind != kind::AES_CCM {
            return None;
        }
        Some(Sealed { nonce: array_at(self.data, 0)?, mac: array_at(self.data, 12)?, ciphertext: self.data.get(28..)? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_size_below_the_header_or_beyond_the_end_ends_the_list() {
        let good = [10, 0, 7, 0, 2, 0, 1, 0, 65, 0];
        let list = [good.as_slice(), &[0, 0, 9, 9]].concat();
        assert_eq!(Datums::new(&list).count(), 1);
        assert!(Datums::new(&list).ended_early());
        let list = [good.as_slice(), &[11, 0, 0, 0, 0, 0, 0, 0, 0, 0]].concat();
        assert_eq!(Datums::new(&list).map(|datum| datum.data.len()).collect::<Vec<_>>(), [2]);
        assert!(Datums::new(&list).ended_early());
        assert!(!Datums::new(&[good.as_slice(), &[0; 6]].concat()).ended_early());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for datum in Datums::new(&bytes) {
                let _ = (datum.stretch_key().map(|key| key.nested.count()), datum.sealed().is_some());
            }
        }
    }
}
