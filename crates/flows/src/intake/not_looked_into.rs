//! Files that nobody looked into: that no key was found in them says nothing.

use drivekey_import::Unread;

/// How many there are of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NotLookedInto([usize; Unread::ALL.len()]);

impl NotLookedInto {
    pub(crate) fn note(&mut self, kind: Unread) {
        for (count, known) in self.0.iter_mut().zip(Unread::ALL) {
            *count += usize::from(known == kind);
        }
    }

    /// The kinds that were met, and how many files of each.
    pub fn kinds(&self) -> impl Iterator<Item = (Unread, usize)> {
        Unread::ALL.into_iter().zip(self.0).filter(|(_, count)| *count > 0)
    }

    /// All of them.
    #[must_use]
    pub fn files(&self) -> usize {
        self.0.iter().sum()
    }
}
