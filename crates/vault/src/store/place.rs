//! The place where a vault is stored, as a name.

/// The name of a place: a file's absolute path or a database's address. It is always the same, and contains no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    name: Vec<u8>,
}

impl Place {
    /// The place with this name.
    #[must_use]
    pub fn new(name: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into() }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        &self.name
    }
}
