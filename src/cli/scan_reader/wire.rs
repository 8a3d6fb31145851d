//! What goes between the program and its child: a file there, texts back, each after its length. What comes from the
//! child is hostile, because the child drew what a stranger made.

use std::io::{self, Read, Write};

use zeroize::Zeroizing;

use drivekey_sheet::{PAYLOADS, SCAN_BYTES, ScanError};

/// The densest QR code holds 7,089 digits.
const TEXT_BYTES: u32 = 8 * 1024;
/// All texts of one file: far more than any sheaf of our pages has.
const ALL_BYTES: u64 = 4 << 20;

/// The texts on a file's pages, or why there are none.
pub(super) type Answer = Result<Vec<Zeroizing<String>>, ScanError>;

const READ: u8 = 0;
const REFUSALS: [(u8, ScanError); 3] = [(1, ScanError::Format), (2, ScanError::TooLarge), (3, ScanError::Damaged)];

fn malformed() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

fn number(from: &mut impl Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    from.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

/// Hands over a file.
pub(super) fn send(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(|_| malformed())?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(bytes)?;
    to.flush()
}

/// Takes a file; `None` where no more come.
pub(super) fn take(from: &mut impl Read, before: impl FnOnce() -> io::Result<()>) -> io::Result<Option<Vec<u8>>> {
    let length = match number(from) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        length => usize::try_from(length?).map_err(|_| malformed())?,
    };
    if length > SCAN_BYTES {
        return Err(malformed());
    }
    before()?;
    let mut bytes = vec![0; length];
    from.read_exact(&mut bytes)?;
    Ok(Some(bytes))
}

/// Answers for the file of this number, from 1.
pub(super) fn answer(to: &mut impl Write, file: u32, answer: &Answer) -> io::Result<()> {
    let texts = answer.as_deref().unwrap_or_default();
    let size = texts.iter().map(|text| 4 + text.len()).sum::<usize>();
    let mut bytes = Zeroizing::new(Vec::with_capacity(9 + size));
    bytes.extend_from_slice(&file.to_le_bytes());
    match answer {
        Ok(texts) => {
            bytes.push(READ);
            bytes.extend_from_slice(&u32::try_from(texts.len()).map_err(|_| malformed())?.to_le_bytes());
            for text in texts {
                bytes.extend_from_slice(&u32::try_from(text.len()).map_err(|_| malformed())?.to_le_bytes());
                bytes.extend_from_slice(text.as_bytes());
            }
        }
        Err(error) => bytes.push(REFUSALS.iter().find(|(_, known)| known == error).ok_or_else(malformed)?.0),
    }
    to.write_all(&bytes)?;
    to.flush()
}

/// Takes the answer for the file of this number. Anything but exactly that is an error.
pub(super) fn receive(from: &mut impl Read, file: u32) -> io::Result<Answer> {
    if number(from)? != file {
        return Err(malformed());
    }
    let mut status = [0];
    from.read_exact(&mut status)?;
    if status[0] != READ {
        return Ok(Err(REFUSALS.iter().find(|(code, _)| *code == status[0]).ok_or_else(malformed)?.1));
    }
    let count = number(from)?;
    if usize::try_from(count).is_ok_and(|count| count > PAYLOADS) {
        return Err(malformed());
    }
    let (mut texts, mut all) = (Vec::new(), 0);
    for _ in 0..count {
        let length = number(from)?;
        all += u64::from(length);
        if length > TEXT_BYTES || all > ALL_BYTES {
            return Err(malformed());
        }
        let mut bytes = Zeroizing::new(vec![0; usize::try_from(length).map_err(|_| malformed())?]);
        from.read_exact(&mut bytes)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| malformed())?;
        texts.push(Zeroizing::new(text.to_owned()));
    }
    Ok(Ok(texts))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_sent_arrives() {
        let mut pipe = Vec::new();
        send(&mut pipe, b"a file").unwrap();
        send(&mut pipe, b"").unwrap();
        let mut pipe = &pipe[..];
        assert_eq!(take(&mut pipe, || Ok(())).unwrap().unwrap(), b"a file");
        assert_eq!(take(&mut pipe, || Ok(())).unwrap().unwrap(), b"");
        assert!(take(&mut pipe, || Ok(())).unwrap().is_none());
        let texts = vec![
            Zeroizing::new("471207-278498".to_owned()),
            Zeroizing::new(String::new()),
            Zeroizing::new("ü".to_owned()),
        ];
        for given in
            [Ok(texts), Ok(Vec::new()), Err(ScanError::Format), Err(ScanError::TooLarge), Err(ScanError::Damaged)]
        {
            let mut pipe = Vec::new();
            answer(&mut pipe, 7, &given).unwrap();
            assert_eq!(receive(&mut &pipe[..], 7).unwrap(), given);
            assert!(receive(&mut &pipe[..], 8).is_err());
            assert!(receive(&mut &pipe[..pipe.len() - 1], 7).is_err());
        }
    }

    #[test]
    fn what_is_too_much_is_refused_before_it_is_taken() {
        let with = |numbers: &[u32]| {
            let mut bytes = 1_u32.to_le_bytes().to_vec();
            bytes.push(READ);
            bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
            receive(&mut &bytes[..], 1).unwrap_err().kind()
        };
        assert_eq!(with(&[u32::try_from(PAYLOADS).unwrap() + 1]), io::ErrorKind::InvalidData);
        assert_eq!(with(&[1, TEXT_BYTES + 1]), io::ErrorKind::InvalidData);
        assert_eq!(with(&[1, u32::MAX]), io::ErrorKind::InvalidData);
        assert!(take(&mut &u32::MAX.to_le_bytes()[..], || Ok(())).is_err());
        // Each by itself is allowed; all together are not.
        let text = "x".repeat(TEXT_BYTES as usize);
        let many = vec![Zeroizing::new(text); 600];
        let mut pipe = Vec::new();
        answer(&mut pipe, 1, &Ok(many)).unwrap();
        assert_eq!(receive(&mut &pipe[..], 1).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_answer_makes_it_panic(
            bytes in prop::collection::vec(prop_oneof![Just(0_u8), Just(1), any::<u8>()], 0..200),
        ) {
            let _ = receive(&mut &bytes[..], 0);
            let _ = take(&mut &bytes[..], || Ok(()));
        }
    }
}
