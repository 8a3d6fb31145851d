//! Why no page could be drawn.

/// Why no page could be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// One of the program's own typefaces cannot be read.
    #[error("a typeface cannot be read")]
    Typeface,
    /// A text is too long for a machine-readable code.
    #[error("too much for one symbol")]
    Symbol,
    /// The program was built without the feature `paper`, so it draws no PDF.
    #[error("this build draws no PDF")]
    NotInThisBuild,
    /// The document could not be put together.
    #[error("the document could not be made")]
    Document,
}
