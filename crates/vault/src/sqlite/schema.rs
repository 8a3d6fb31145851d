//! The steps from an empty file to the newest tables, and the check that a file has exactly these.

use std::sync::OnceLock;

use rusqlite::Connection;

use super::{Damage, StoreError, VERSION};

/// `dkey`, in the `application_id` field of the header.
pub(super) const APPLICATION_ID: u32 = 0x646B_6579;

/// Each step migrates a file from the previous version.
const STEPS: [&str; 1] = [include_str!("../../../../schema/1.sql")];

/// Many more entries than the steps create. A longer list differs anyway, so the rest is not read.
const MAX_ENTRIES: usize = 256;

/// One row of `sqlite_schema`.
type Entry = (String, String, String, Option<String>);

/// Migrates a file from version `from` to the newest version within the current transaction.
pub(super) fn migrate(connection: &Connection, from: u32) -> Result<(), StoreError> {
    for step in STEPS.iter().skip(usize::try_from(from).unwrap_or(usize::MAX)) {
        connection.execute_batch(step)?;
    }
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", VERSION)?;
    Ok(())
}

/// Checks that the tables and indexes are exactly those of the steps. A planted trigger could drop an INSERT silently.
pub(super) fn check(connection: &Connection) -> Result<(), StoreError> {
    if sorted(entries(connection)?) == *expected()? { Ok(()) } else { Err(StoreError::Damaged(Damage::Schema)) }
}

/// The entries that the steps create. Computed once, because every read compares with them.
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

    /// A file keeps the exact text of each statement, so a comment in it could never be changed.
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
