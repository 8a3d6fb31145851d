//! Properties of what is given out.

mod props;
