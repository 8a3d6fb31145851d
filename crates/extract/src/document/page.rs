//! Pages on which text is placed: where it stands, and how it becomes lines. For every format that draws pages.

pub(crate) mod layout;
pub(crate) mod matrix;
