//! Joins the reading of files with the reading of texts: long texts in pieces, in constant memory.

use std::path::Path;

use zeroize::Zeroizing;

use crate::gather::{self, Begun, Entry, FILE_CEILING_BYTES, GatherError, Piece};
use crate::{Unwatched, Watch};
use drivekey_import::{PIECE_BYTES, Reading, Sifter, Unread, could_hold, is_structured, read};

/// So much of a file tells what it is.
const MARK_BYTES: usize = 512;

/// First bytes of pictures, sound and film, with where they stand.
const MEDIA: [(usize, &[u8]); 14] = [
    (0, b"\xFF\xD8\xFF"),
    (0, b"\x89PNG\r\n\x1A\n"),
    (0, b"GIF8"),
    (0, b"RIFF"),
    (0, b"ID3"),
    (0, b"\xFF\xFB"),
    (0, b"OggS"),
    (0, b"fLaC"),
    (0, b"\x1A\x45\xDF\xA3"),
    (0, b"\0\0\x01\xBA"),
    (0, b"\0\0\x01\xB3"),
    (0, b"II*\0"),
    (0, b"MM\0*"),
    (4, b"ftyp"),
];

/// The name by which readers know a file.
pub(crate) fn name_of(path: &Path) -> Option<String> {
    path.to_str().map(str::to_owned).or_else(|| gather::file_name(path))
}

/// Reads a text of any length; `None` where it was only met on the way and is no text.
///
/// # Errors
/// [`GatherError::TooLarge`] for what was named and is no plain text: that is only read whole.
pub(crate) fn read_long(entry: &Entry) -> Result<Option<Reading>, GatherError> {
    let mut buffer = Zeroizing::new(vec![0; PIECE_BYTES]);
    let begun = match gather::begin(&entry.path, &mut buffer) {
        Err(GatherError::OpenVault { .. }) if !entry.named => return Ok(None),
        other => other?,
    };
    let beginning = &buffer[..begun.filled];
    if !entry.named && (is_media(beginning) || is_structured(beginning) || gather::looks_binary(beginning)) {
        return Ok(None);
    }
    sift(&entry.path, begun, &mut buffer, &Unwatched, |_| {})
}

/// What a file is that nobody looks into, by its beginning; `None` also where it cannot be read any more.
pub(crate) fn unread_kind(path: &Path) -> Option<Unread> {
    let mut beginning = Zeroizing::new([0; MARK_BYTES]);
    let begun = gather::begin(path, beginning.as_mut_slice()).ok()?;
    drivekey_import::unread_kind(&beginning[..begun.filled])
}

/// What a look into a file gave.
pub(crate) enum Looked {
    /// Something was read in it.
    Read(Reading),
    /// Nothing of interest is in it.
    Nothing,
    /// It is of a kind that is recognised and not taken apart.
    Unread(Unread),
}

impl Looked {
    /// A file that could hold a key was read, and none is in it, or was not: what it is, tells its beginning.
    fn of(reading: Option<Reading>, beginning: &[u8]) -> Self {
        match reading {
            Some(reading) if reading.holds_anything() => Self::Read(reading),
            _ => drivekey_import::unread_kind(beginning).map_or(Self::Nothing, Self::Unread),
        }
    }
}

/// Looks into a file that was met on the way and reads it where it could hold a key. `buffer` is used again for each
/// file; `done` is told of each part that was read.
pub(crate) fn look(
    path: &Path,
    buffer: &mut [u8],
    watch: &dyn Watch,
    done: impl Fn(usize),
) -> Result<Looked, GatherError> {
    let begun = gather::begin(path, buffer)?;
    done(begun.filled);
    let name = name_of(path);
    if begun.whole {
        let bytes = &buffer[..begun.filled];
        return Ok(Looked::of(could_hold(name.as_deref(), bytes).then(|| read(name.as_deref(), bytes)), bytes));
    }
    if is_media(buffer) {
        return Ok(Looked::of(None, buffer));
    }
    if begun.size_bytes()? > FILE_CEILING_BYTES {
        let kind = drivekey_import::unread_kind(buffer);
        return Ok(match sift(path, begun, buffer, watch, done)? {
            Some(reading) if reading.holds_anything() => Looked::Read(reading),
            _ => kind.map_or(Looked::Nothing, Looked::Unread),
        });
    }
    let beginning = begun.filled;
    drop(begun);
    let bytes = gather::read_file(path)?;
    done(bytes.len().saturating_sub(beginning));
    Ok(Looked::of(could_hold(name.as_deref(), &bytes).then(|| read(name.as_deref(), &bytes)), &bytes))
}

fn sift(
    path: &Path,
    mut begun: Begun,
    buffer: &mut [u8],
    watch: &dyn Watch,
    done: impl Fn(usize),
) -> Result<Option<Reading>, GatherError> {
    if is_structured(&buffer[..begun.filled]) {
        return Err(GatherError::TooLarge { path: path.to_owned(), size_bytes: begun.size_bytes()? });
    }
    let mut sifter = Sifter::new(name_of(path).as_deref());
    sifter.take(&buffer[..begun.filled]);
    while !watch.is_cancelled() {
        match begun.next(buffer)? {
            Piece::Bytes(piece) => {
                done(piece.len());
                sifter.take(piece);
            }
            Piece::Hole(bytes) => sifter.skip(bytes),
            Piece::End => break,
        }
    }
    Ok(Some(sifter.finish()))
}

fn is_media(bytes: &[u8]) -> bool {
    MEDIA.iter().any(|(at, mark)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(mark)))
}
