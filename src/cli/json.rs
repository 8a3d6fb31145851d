//! What `--json` prints. Graph's property names, our own beside them; described in docs/JSON.md.

use std::io::Write;

use serde::Serialize;
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
pub(super) fn entries(entries: &[Entry]) -> Value {
    let value: Vec<Value> = entries.iter().map(|one| Value::Object(entry(one))).collect();
    serde_json::json!({ "value": value })
}

/// Prints one document and a line end.
pub(super) fn print(out: &mut dyn Write, value: &impl Serialize) -> Result<(), Failure> {
    // A terminal's stream writes line by line; a list may have a million.
    let mut out = std::io::BufWriter::new(out);
    serde_json::to_writer_pretty(&mut out, value).map_err(|error| Failure::from(std::io::Error::from(error)))?;
    writeln!(out)?;
    Ok(out.flush()?)
}
