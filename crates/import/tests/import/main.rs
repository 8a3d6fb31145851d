//! Files of every kind that is read, from samples and from made-up ones.

mod corpus;
mod documents;
mod field;
mod key_ids;
mod made;
mod mails;
mod pictures;
mod probe;
mod props;
mod structured;
