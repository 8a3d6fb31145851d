//! The name of the place where a vault is kept: all that a machine remembers of it.

/// The name of a place: a file's absolute path, a database's address. The same name each time, and no secret in it.
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
