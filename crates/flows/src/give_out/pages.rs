//! Pages to print: which keys stand on which, and what is said of each.

use drivekey_record::ProofLevel;
use drivekey_sheet::{Day, KeyFacts, KeySheet, Page, SplitKind, key_page, list_page, share_page, split};
use drivekey_vault::Entry;
use drivekey_vault::reveal::Revealed;

/// Why there are no pages.
#[derive(Debug, thiserror::Error)]
pub enum PagesError {
    /// The system gave no random numbers to split keys with.
    #[error("no random numbers")]
    NoRandomNumbers(getrandom::Error),
    /// The key of this record is no recovery password: only that can be split.
    #[error("only a recovery password can be split")]
    OnlyWhole(Box<Entry>),
}

/// How keys are arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrangement {
    /// A page for each key.
    Whole,
    /// Several keys on a page.
    List,
    /// Each key on several pages that are worth nothing alone.
    Split(SplitKind),
}

/// The pages, as of this day.
///
/// # Errors
/// [`PagesError`] where keys cannot be split.
pub fn pages(keys: &[Revealed], arrangement: Arrangement, today: Day) -> Result<Vec<Page>, PagesError> {
    match arrangement {
        Arrangement::Whole => Ok(keys.iter().map(|key| key_page(&sheet(key), today)).collect()),
        Arrangement::List => Ok(vec![list_page(&keys.iter().map(sheet).collect::<Vec<_>>(), today)]),
        Arrangement::Split(kind) => {
            let mut pages = Vec::new();
            for key in keys {
                let digits = key.key.digits().ok_or_else(|| PagesError::OnlyWhole(Box::new(key.entry.clone())))?;
                let shares = split(digits, kind, &mut |bytes: &mut [u8]| getrandom::fill(bytes))
                    .map_err(PagesError::NoRandomNumbers)?;
                pages.extend(shares.iter().map(|share| share_page(&facts(&key.entry), share, today)));
            }
            Ok(pages)
        }
    }
}

fn sheet(key: &Revealed) -> KeySheet<'_> {
    KeySheet { facts: facts(&key.entry), key: &key.key }
}

fn facts(entry: &Entry) -> KeyFacts {
    let details = &entry.details;
    let proof = details.proof.as_ref().filter(|proof| proof.level >= ProofLevel::OpensVolume);
    KeyFacts {
        record: entry.handle,
        kind: details.kind,
        device: details.device_name.clone(),
        drive: details.mount_point.clone(),
        label: details.volume_label.clone(),
        volume_type: details.volume_type,
        key_id: details.key_id.clone(),
        created: details.created.clone(),
        proven: proof.map(|proof| proof.at.date_naive()),
        state: details.state,
    }
}
