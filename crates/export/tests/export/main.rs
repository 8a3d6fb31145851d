//! Properties of what is given out.

mod kinds;
mod props;
