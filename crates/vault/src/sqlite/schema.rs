//! The steps from nothing to the newest tables, and the test that a file has exactly those.

use std::sync::OnceLock;

use rusqlite::Connection;

use super::{Damage, StoreError, VERSION};

/// `dkey`, in the header's field that tells whose file it is.
pub(super) const APPLICATION_ID: u32 = 0x646B_6579;

/// Each step takes a file from the version before it to its own.
const STEPS: [&str; 1] = [include_str!("../../../../schema/1.sql")];

/// Many more lines than the steps make; a list that goes on and on is another list after the first of them.
const MAX_ENTRIES: usize = 256;

/// One line of `sqlite_schema`.
type Entry = (String, String, String, Option<String>);

/// Takes a file from `from` to the newest version, within the transaction that the connection is in.
pub(super) fn migrate(connection: &Connection, from: u32) -> Result<(), StoreError> {
    for step in STEPS.iter().skip(usize::try_from(from).unwrap_or(usize::MAX)) {
        connection.execute_batch(step)?;
    }
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", VERSION)?;
    Ok(())
}

/// The file's tables and indexes must be those that the steps make, to the letter: a planted trigger can swallow an
/// INSERT in silence.
pub(super) fn check(connection: &Connection) -> Result<(), StoreError> {
    if sorted(entries(connection)?) == *expected()? { Ok(()) } else { Err(StoreError::Damaged(Damage::Schema)) }
}

/// What the steps make. Made once: every read compares with it.
fn expected() -> Result<&'static Vec<Entry>, StoreError> {
    static EXPECTED: OnceLock<Vec<Entry>> = OnceLock::new();
    if let Some(made) = EXPECTED.get() {
        return Ok(made);
    }
    let fresh = Connection::open_in_memory()?;
    migrate(&fresh, 0)?;
    let made = sorted(entries(&fresh)?);
    Ok(EXPECTED.get_or_init(|| made))
}

fn sorted(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort();
    entries
}

fn entries(connection: &Connection) -> Result<Vec<Entry>, StoreError> {
    let mut statement = connection.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema NOT INDEXED")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let found: Vec<Entry> =
        rows.take(MAX_ENTRIES).map(|row| row.map_err(StoreError::from)).collect::<Result<_, _>>()?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_told_of_above_its_table() {
        let mut tables = 0;
        for statement in STEPS.iter().flat_map(|step| step.split("\n\n")) {
            let Some((above, table)) = statement.split_once("CREATE TABLE") else { continue };
            tables += 1;
            let told = |name: &str| above.lines().any(|line| line.starts_with(&format!("--   {name} ")));
            for line in table.lines().skip(1).map(str::trim).take_while(|line| !line.starts_with(')')) {
                let name = line.split(' ').next().unwrap();
                assert!(told(name), "nothing is said of {name} in{table}");
            }
        }
        assert!(tables > 5);
    }

    /// What a file keeps of a statement is compared to the letter: a comment in it could never be mended.
    #[test]
    fn no_word_of_explanation_is_frozen() {
        for (_, name, _, sql) in expected().unwrap() {
            assert!(sql.as_ref().is_none_or(|sql| !sql.contains("--") && !sql.contains("/*")), "{name}: {sql:?}");
        }
    }

    #[test]
    fn the_sum_of_the_steps_is_the_written_one() {
        let fresh = Connection::open_in_memory().unwrap();
        migrate(&fresh, 0).unwrap();
        let sum = Connection::open_in_memory().unwrap();
        sum.execute_batch(include_str!("../../../../schema/schema.sql")).unwrap();
        assert_eq!(sorted(entries(&fresh).unwrap()), sorted(entries(&sum).unwrap()));
    }
}
