//! Finding records: first through the index, then by text if that finds nothing. It never reports "not found" while
//! records are missing from the vault.

use super::entry::OpenedRow;
use super::{Entry, Fault, FaultKind, Unlocked, Vault, VaultError};
use crate::store::{Reader, TokenColumn};
use drivekey_record::{Details, Handle, KeyKind, RecordId, RecoveryPassword, Secret, fold_look_alikes, normalise};

/// The minimum number of characters for a Key ID search.
const KEY_ID_MIN_CHARS: usize = 4;
const PREFIX_CHARS: usize = 8;
const KEY_ID_CHARS: usize = 32;

/// How the search text was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadAs {
    /// Exactly as typed.
    Typed,
    /// As a Key ID with look-alike characters.
    LookAlike,
}

/// The result of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The records, by handle, with those in the trash last.
    pub entries: Vec<Entry>,
    /// How the search text was understood.
    pub read_as: ReadAs,
    /// Faults of other records that may be the ones meant. The records found are sound.
    pub faults: Vec<Fault>,
}

impl Found {
    fn typed(entries: Vec<Entry>) -> Self {
        Self { entries, read_as: ReadAs::Typed, faults: Vec::new() }
    }

    /// Makes a result from records and the faults of others. It is an error if there are only faults.
    fn beside(entries: Vec<Entry>, faults: Vec<Fault>) -> Result<Self, VaultError> {
        if entries.is_empty() && !faults.is_empty() {
            Err(VaultError::Faults(faults))
        } else {
            Ok(Self { faults, ..Self::typed(entries) })
        }
    }

    /// The records, for callers that must not decide anything while there are faults.
    ///
    /// # Errors
    /// [`VaultError::Faults`] if there are any.
    pub fn sound(self) -> Result<Vec<Entry>, VaultError> {
        if self.faults.is_empty() { Ok(self.entries) } else { Err(VaultError::Faults(self.faults)) }
    }

    fn sorted(mut self) -> Self {
        self.entries.sort_by_key(|entry| (entry.details.removed.is_some(), entry.handle));
        self
    }
}

impl Vault<Unlocked> {
    /// Finds records by handle, any part of a Key ID, device, or words in the details.
    ///
    /// # Errors
    /// [`VaultError::Faults`] if all hits are faulty, or if nothing matches and records are missing.
    pub fn find(&mut self, words: &[String]) -> Result<Found, VaultError> {
        let phrase = words.join(" ");
        let (reader, access) = self.view()?;
        if let Some(found) = access.by_id_in_index(&*reader, &phrase)? {
            return Ok(found.sorted());
        }
        let device = access.root.device_token(&phrase);
        let found = access.found(&*reader, TokenColumn::Device, device.as_bytes())?;
        drop(reader);
        if !found.entries.is_empty() {
            return Ok(found.sorted());
        }
        let words: Vec<SearchWord> = words
            .iter()
            .map(|word| SearchWord { text: normalise(word), hex: compact(word) })
            .filter(|word| !word.text.is_empty())
            .collect();
        let hex = compact(&phrase);
        let named = parse_handle(&phrase);
        let exact = |handle: Handle, details: &Details| {
            named == Some(handle)
                || key_id_contains(details, &hex, str::to_owned)
                || !words.is_empty() && words.iter().all(|word| details_contain(details, word))
        };
        self.find_in_all(exact, &hex).map(Found::sorted)
    }

    /// Finds records by handle, or by any part of a Key ID with at least four characters.
    ///
    /// # Errors
    /// As [`Vault::find`].
    pub fn resolve(&mut self, id: &str) -> Result<Found, VaultError> {
        let (reader, access) = self.view()?;
        if let Some(found) = access.by_id_in_index(&*reader, id)? {
            return Ok(found.sorted());
        }
        drop(reader);
        let hex = compact(id);
        let named = parse_handle(id);
        let exact =
            |handle: Handle, details: &Details| named == Some(handle) || key_id_contains(details, &hex, str::to_owned);
        self.find_in_all(exact, &hex).map(Found::sorted)
    }

    /// Finds the records that have these digits.
    ///
    /// # Errors
    /// As [`Vault::find`].
    pub fn whose(&mut self, password: &RecoveryPassword) -> Result<Found, VaultError> {
        let (reader, access) = self.view()?;
        let token = access.root.digits_token(password);
        let found = access.found(&*reader, TokenColumn::Digits, token.as_bytes())?;
        drop(reader);
        if !found.entries.is_empty() {
            return Ok(found.sorted());
        }
        let listing = self.scan(|opened| opened.summary.digits_token == token)?;
        Found::beside(listing.entries, listing.faults).map(Found::sorted)
    }

    /// For each password, whether the index has its digits.
    ///
    /// # Errors
    /// As [`Vault::find`].
    pub fn are_known(&mut self, passwords: &[&RecoveryPassword]) -> Result<Vec<bool>, VaultError> {
        let (reader, access) = self.view()?;
        let known = |password: &&RecoveryPassword| {
            let token = access.root.digits_token(password);
            access.hits(&*reader, TokenColumn::Digits, token.as_bytes()).map(|hits| !hits.is_empty())
        };
        passwords.iter().map(known).collect()
    }

    /// The record with this handle.
    ///
    /// # Errors
    /// [`VaultError::NoSuchRecord`], or [`VaultError::Faults`] if the record is not as it was written.
    pub fn entry(&mut self, handle: Handle) -> Result<Entry, VaultError> {
        let (reader, access) = self.view()?;
        if let Some(opened) = access.row_of(&*reader, handle)? {
            return Ok(opened.entry());
        }
        drop(reader);
        Err(self.absent(handle))
    }

    /// Reads a whole record, including its key.
    pub(crate) fn unseal(&mut self, handle: Handle, expected: RecordId) -> Result<(Entry, Secret), VaultError> {
        let (reader, access) = self.view()?;
        let Some(opened) = access.row_of(&*reader, handle)?.filter(|opened| opened.row.record == expected) else {
            drop(reader);
            return Err(self.absent(handle));
        };
        let record = access.unseal(&*reader, &opened)?.map_err(single_fault)?;
        Ok((opened.entry(), record.secret))
    }

    /// Scans all summaries for exact matches, or else for Key IDs that match with look-alikes folded.
    ///
    /// Handles are matched here too, because a damaged page can mislead a lookup by number, but not a scan.
    fn find_in_all(&mut self, exact: impl Fn(Handle, &Details) -> bool + Sync, hex: &str) -> Result<Found, VaultError> {
        let folded = |details: &Details| key_id_contains(details, &fold_look_alikes(hex), fold_look_alikes);
        let listing = self
            .scan(|opened| exact(opened.summary.handle, &opened.summary.details) || folded(&opened.summary.details))?;
        let (fits, alike): (Vec<Entry>, Vec<Entry>) =
            listing.entries.into_iter().partition(|entry| exact(entry.handle, &entry.details));
        // With faults, the record that was meant may be among the faulty ones, so no look-alike is offered in its
        // place.
        if !fits.is_empty() || alike.is_empty() || !listing.faults.is_empty() {
            return Found::beside(fits, listing.faults);
        }
        Ok(Found { entries: alike, read_as: ReadAs::LookAlike, faults: Vec::new() })
    }
}

fn single_fault(fault: Fault) -> VaultError {
    VaultError::Faults(vec![fault])
}

impl Unlocked {
    pub(super) fn row_of(&self, reader: &dyn Reader, handle: Handle) -> Result<Option<OpenedRow>, VaultError> {
        reader.row(handle.number())?.map(|row| self.open_row(row).map_err(single_fault)).transpose()
    }

    /// The rows with a token, each opened and compared with it. A token is a hint: an index entry may lead to another
    /// record's row.
    ///
    /// Any fault is an error, because writes depend on these rows.
    pub(super) fn hits(
        &self,
        reader: &dyn Reader,
        column: TokenColumn,
        token: &[u8; 16],
    ) -> Result<Vec<OpenedRow>, VaultError> {
        let (hits, faults) = self.hits_with_faults(reader, column, token)?;
        if faults.is_empty() { Ok(hits) } else { Err(VaultError::Faults(faults)) }
    }

    /// As [`Unlocked::hits`], but returns the sound rows and the faults of the others, so that one bad row does not
    /// hide the good ones.
    fn hits_with_faults(
        &self,
        reader: &dyn Reader,
        column: TokenColumn,
        token: &[u8; 16],
    ) -> Result<(Vec<OpenedRow>, Vec<Fault>), VaultError> {
        let (mut hits, mut faults) = (Vec::new(), Vec::new());
        for row in reader.rows_with(column, token)? {
            let opened = row
                .map_err(|number| Fault { handle: Handle::new(number), kind: FaultKind::Row })
                .and_then(|row| self.open_row(row));
            match opened {
                Ok(opened) if opened.row.tokens.in_column(column) == Some(token) => hits.push(opened),
                Ok(opened) => faults.push(Fault::of(opened.summary.handle, FaultKind::Tokens)),
                Err(fault) => faults.push(fault),
            }
        }
        Ok((hits, faults))
    }

    fn found(&self, reader: &dyn Reader, column: TokenColumn, token: &[u8; 16]) -> Result<Found, VaultError> {
        let (hits, faults) = self.hits_with_faults(reader, column, token)?;
        Found::beside(hits.into_iter().map(OpenedRow::entry).collect(), faults)
    }

    /// Looks up a handle or a Key ID of at least eight characters, exactly first, then with look-alikes folded.
    fn by_id_in_index(&self, reader: &dyn Reader, typed: &str) -> Result<Option<Found>, VaultError> {
        if let Some(handle) = parse_handle(typed)
            && let Some(opened) = self.row_of(reader, handle)?
        {
            return Ok(Some(Found::typed(vec![opened.entry()])));
        }
        let hex = compact(typed);
        if !(PREFIX_CHARS..=KEY_ID_CHARS).contains(&hex.len()) {
            return Ok(None);
        }
        let begins = |opened: &OpenedRow, fold: fn(&str) -> String, beside: &[Fault]| {
            // A record with a shorter known prefix than was typed also matches, unless a faulty record may be the one
            // that is meant.
            let known = opened.summary.details.key_id.known_hex().map(|known| fold(&known));
            known.is_some_and(|known| {
                known.starts_with(&fold(&hex)) || beside.is_empty() && fold(&hex).starts_with(&known)
            })
        };
        let (exact, faults) = match self.root.prefix_token(&hex) {
            Some(token) => self.hits_with_faults(reader, TokenColumn::Prefix, token.as_bytes())?,
            None => (Vec::new(), Vec::new()),
        };
        let exact: Vec<Entry> =
            exact.into_iter().filter(|opened| begins(opened, str::to_owned, &faults)).map(OpenedRow::entry).collect();
        if !exact.is_empty() || !faults.is_empty() {
            return Found::beside(exact, faults).map(Some);
        }
        // A look-alike is a guess, so it is not offered while there are faults.
        let folded = match self.root.folded_prefix_token(&hex) {
            Some(token) => self.hits(reader, TokenColumn::FoldedPrefix, token.as_bytes())?,
            None => Vec::new(),
        };
        if folded.iter().any(|opened| begins(opened, str::to_owned, &[])) {
            // The exact index should have led here, so it is damaged. The scan works without an index.
            return Ok(None);
        }
        let folded: Vec<Entry> =
            folded.into_iter().filter(|opened| begins(opened, fold_look_alikes, &[])).map(OpenedRow::entry).collect();
        Ok((!folded.is_empty()).then_some(Found { entries: folded, read_as: ReadAs::LookAlike, faults: Vec::new() }))
    }
}

/// Parses a typed handle.
fn parse_handle(typed: &str) -> Option<Handle> {
    typed.trim().parse().ok()
}

/// The typed text without braces, hyphens and spaces; empty if it cannot be a Key ID.
fn compact(typed: &str) -> String {
    let dropped =
        |c: &char| !matches!(c, '{' | '}' | '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '…') && !c.is_whitespace();
    let kept: String = typed.chars().filter(dropped).map(|c| c.to_ascii_uppercase()).collect();
    let like_hex = |c: char| c.is_ascii_hexdigit() || "OILSZGQ".contains(c);
    if kept.len() >= KEY_ID_MIN_CHARS && kept.chars().all(like_hex) { kept } else { String::new() }
}

fn key_id_contains(details: &Details, hex: &str, fold: fn(&str) -> String) -> bool {
    hex.len() >= KEY_ID_MIN_CHARS && details.key_id.known_hex().is_some_and(|known| fold(&known).contains(hex))
}

/// A search word, prepared for comparison with many texts.
struct SearchWord {
    text: String,
    /// The word as part of a Key ID; empty if it cannot be one.
    hex: String,
}

fn details_contain(details: &Details, word: &SearchWord) -> bool {
    let texts = [&details.device_name, &details.device_id, &details.mount_point, &details.volume_label, &details.note];
    let from = details.sources.iter().flat_map(|source| [&source.file_name, &source.device_name, &source.volume_label]);
    let inside = |text: &drivekey_record::LineText| text.normalised().contains(&word.text);
    texts.into_iter().flatten().chain(&details.tags).any(inside)
        || from.flatten().any(inside)
        || matches_name(details.volume_type.word(), word)
        // BitLocker is the kind of nearly all records, so its name would match everything.
        || details.kind != KeyKind::BitLocker && matches_name(details.kind.name(), word)
        || key_id_contains(details, &word.hex, str::to_owned)
}

fn matches_name(name: &str, word: &SearchWord) -> bool {
    normalise(name) == word.text
}
