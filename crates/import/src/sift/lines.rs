//! Counts line ends in pieces of a text as the reader of texts counts them.

use drivekey_extract::Encoding;

/// Lines so far.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Lines {
    count: usize,
    bytes: u64,
    after_cr: bool,
}

/// Whether there is nothing but zeros, compared by the piece: fast in any build.
pub(super) fn is_zero(bytes: &[u8]) -> bool {
    const ZEROS: [u8; 4096] = [0; 4096];
    bytes.chunks(ZEROS.len()).all(|part| *part == ZEROS[..part.len()])
}

/// Whether line ends are single bytes.
pub(super) const fn is_bytewise(encoding: Encoding) -> bool {
    !matches!(encoding, Encoding::Utf16Le(_) | Encoding::Utf16Be(_))
}

impl Lines {
    pub(super) const fn count(&self) -> usize {
        self.count
    }

    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Where the line end that the bytes before began goes on in these: the place of the second half of a CR LF.
    pub(super) fn rest_of_line_end(&self, bytes: &[u8], encoding: Encoding) -> Option<usize> {
        let at = bytes.iter().position(|byte| *byte != 0).filter(|at| self.after_cr && bytes[*at] == b'\n')?;
        is_unit(bytes, at, self.bytes, encoding).then_some(at)
    }

    /// Goes on with zeros, which are no line ends and part none.
    pub(super) const fn add_zeros(&mut self, zeros: u64) {
        self.bytes += zeros;
    }

    /// Goes on with the next bytes; of UTF-16 in whole units.
    pub(super) fn add(&mut self, bytes: &[u8], encoding: Encoding) {
        self.each(bytes, encoding, |_| false);
    }

    /// The same, up to where `stop` says so of the place behind a line end; gives that place.
    pub(super) fn each(
        &mut self,
        bytes: &[u8],
        encoding: Encoding,
        mut stop: impl FnMut(usize) -> bool,
    ) -> Option<usize> {
        if is_zero(bytes) {
            self.add_zeros(bytes.len() as u64);
            return None;
        }
        let mut expected = 0;
        for at in memchr::memchr3_iter(b'\n', b'\r', 0x0C, bytes) {
            if !is_unit(bytes, at, self.bytes, encoding) {
                continue;
            }
            // Zeros do not part the two signs of one line end.
            let joined = self.after_cr && bytes[at] == b'\n' && bytes[expected..at].iter().all(|byte| *byte == 0);
            self.after_cr = bytes[at] == b'\r';
            expected = at + 1;
            if !joined {
                self.count += 1;
                if stop(expected) {
                    return Some(expected);
                }
            }
        }
        self.after_cr &= bytes[expected..].iter().all(|byte| *byte == 0);
        self.bytes += bytes.len() as u64;
        None
    }
}

/// Whether the byte is a character by itself, not a half of one.
fn is_unit(bytes: &[u8], at: usize, before: u64, encoding: Encoding) -> bool {
    let place = before + at as u64;
    match encoding {
        Encoding::Utf16Le(offset) => place % 2 == offset as u64 % 2 && bytes.get(at + 1) == Some(&0),
        Encoding::Utf16Be(offset) => place % 2 != offset as u64 % 2 && at > 0 && bytes[at - 1] == 0,
        _ => true,
    }
}
