//! Volumes of our own making and of others: read, proved, harvested, repaired.

mod copies;
mod damage;
mod disks;
mod hostile;
mod made;
mod remains;
mod repair;
mod saved_headers;
mod tools;
mod volumes;
