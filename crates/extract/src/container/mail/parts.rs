//! Where the parts of a mail and the mails of a mailbox begin and end. One pass over the bytes.

/// The parts between the boundaries of a multipart.
pub(super) struct Parts<'a> {
    rest: &'a [u8],
    boundary: Vec<u8>,
    over: bool,
}

impl<'a> Parts<'a> {
    pub(super) fn new(body: &'a [u8], boundary: &str) -> Self {
        let boundary = [b"--", boundary.as_bytes()].concat();
        let mut parts = Self { rest: body, boundary, over: false };
        // What stands before the first boundary is for programs that know no parts.
        parts.next();
        if parts.over && parts.rest.len() == body.len() {
            // No boundary at all: one part.
            parts.over = false;
        }
        parts
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.over {
            return None;
        }
        let mut at = 0;
        for line in self.rest.split_inclusive(|byte| *byte == b'\n') {
            if let Some(end) = line.strip_prefix(self.boundary.as_slice())
                && matches!(end.trim_ascii(), b"" | b"--")
            {
                let part = &self.rest[..at];
                self.over = end.starts_with(b"--");
                self.rest = &self.rest[at + line.len()..];
                return Some(part);
            }
            at += line.len();
        }
        // A mail that was cut off.
        self.over = true;
        Some(self.rest)
    }
}

/// The mails of a mailbox: each after a line that begins with `From `.
pub(super) fn each_of_mailbox<'a>(bytes: &'a [u8], mut message: impl FnMut(&'a [u8])) {
    let (mut start, mut at) = (0, 0);
    let mut after_blank = true;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if after_blank && line.starts_with(b"From ") {
            if at > start {
                message(&bytes[start..at]);
            }
            start = at + line.len();
        }
        after_blank = line.trim_ascii().is_empty();
        at += line.len();
    }
    if at > start {
        message(&bytes[start..]);
    }
}
