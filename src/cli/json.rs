//! What `--json` prints. Graph's property names, our own beside them; described in docs/JSON.md.

use std::io::Write;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::failure::Failure;
use crate::vault::Entry;

/// A record without its digits.
pub(super) fn entry(entry: &Entry) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("handle".to_owned(), entry.handle.to_string().into());
    if let Ok(Value::Object(details)) = serde_json::to_value(entry.details.clone()) {
        map.extend(details);
    }
    map
}

/// Records, in the way in which Graph lists them.
#[derive(Serialize)]
pub(super) struct Entries<'a> {
    /// How `find` took what was typed.
    #[serde(rename = "readAs", skip_serializing_if = "Option::is_none")]
    pub(super) read_as: Option<&'static str>,
    #[serde(serialize_with = "one_by_one")]
    pub(super) value: &'a [Entry],
}

impl<'a> Entries<'a> {
    pub(super) const fn new(value: &'a [Entry]) -> Self {
        Self { read_as: None, value }
    }
}

/// Made as they are written: a document of 100,000 would take hundreds of MiB.
fn one_by_one<S: Serializer>(entries: &[Entry], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(entries.iter().map(entry))
}

/// Prints one document and a line end.
pub(super) fn print(out: &mut dyn Write, value: &impl Serialize) -> Result<(), Failure> {
    // A terminal's stream writes line by line; a list may have a million.
    let mut out = std::io::BufWriter::new(out);
    serde_json::to_writer_pretty(&mut out, value).map_err(|error| Failure::from(std::io::Error::from(error)))?;
    writeln!(out)?;
    // What is underneath is flushed once, at the end: whether somebody reads on is no matter of the answer.
    Ok(out.into_inner().map(drop).map_err(std::io::IntoInnerError::into_error)?)
}
