//! Prints `--json`: Graph's property names, and our own beside them. docs/JSON.md describes it.

use std::cell::Cell;
use std::io::Write;

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::failure::Failure;
use drivekey_record::{Details, SetHere};
use drivekey_vault::{Entry, Fault};

/// A record without its digits.
pub(super) fn entry(entry: &Entry) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("handle".to_owned(), entry.handle.to_string().into());
    // What undoing an import would leave is the vault's own affair.
    let details = Details { set_here: SetHere::default(), ..entry.details.clone() };
    if let Ok(Value::Object(details)) = serde_json::to_value(details) {
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

/// Takes a part of the records, and returns whether to go on.
type TakePart<'a> = &'a mut dyn FnMut(Vec<Entry>) -> bool;

/// Prints records as they are handed over, without keeping them: a vault may hold a million.
pub(super) fn print_listed<E>(
    out: &mut dyn Write,
    each: impl FnOnce(TakePart<'_>) -> Result<Vec<Fault>, E>,
) -> Result<Vec<Fault>, Failure>
where
    Failure: From<E>,
{
    let streamed = Streamed { each: Cell::new(Some(each)), outcome: Cell::new(None) };
    let printed = print(out, &Listed { value: &streamed });
    match streamed.outcome.into_inner() {
        Some(Err(error)) => Err(error.into()),
        Some(Ok(faults)) => printed.map(|()| faults),
        None => printed.map(|()| Vec::new()),
    }
}

#[derive(Serialize)]
#[serde(bound = "T: Serialize")]
struct Listed<'a, T> {
    value: &'a T,
}

struct Streamed<F, E> {
    each: Cell<Option<F>>,
    outcome: Cell<Option<Result<Vec<Fault>, E>>>,
}

impl<E, F: FnOnce(TakePart<'_>) -> Result<Vec<Fault>, E>> Serialize for Streamed<F, E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(None)?;
        let mut refused = None;
        if let Some(each) = self.each.take() {
            let outcome = each(&mut |entries| {
                let written = entries.iter().try_for_each(|one| sequence.serialize_element(&entry(one)));
                refused = written.err();
                refused.is_none()
            });
            let failed = outcome.is_err();
            self.outcome.set(Some(outcome));
            if failed {
                // The document is left unfinished: nobody may take a part for the whole.
                return Err(serde::ser::Error::custom("the records could not all be read"));
            }
        }
        match refused {
            Some(error) => Err(error),
            None => sequence.end(),
        }
    }
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
