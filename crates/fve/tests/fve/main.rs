//! Volumes of our own making and of others: read, proved, harvested, repaired.

mod copies;
mod made;
mod repair;
mod volumes;
