//! Dates in the forms that tools write. The order of day and month is never guessed, nor a zone.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDateTime, TimeZone};

use drivekey_record::{Created, GROUP_DIGITS};

/// Longest date.
const DATE_BYTES: usize = 80;
/// Most digits of a date, with its fractions and zone.
const DATE_DIGITS: usize = 27;
/// Earlier years are what empty dates of databases become.
const FIRST_YEAR: i32 = 1990;

/// A date: zoned, or its own text.
pub(in crate::entry) fn created(text: &str) -> Option<Created> {
    let text = text.trim().trim_matches('"');
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    // Never a password, nor three groups of one.
    let groups = text.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() == GROUP_DIGITS).count();
    if text.len() > DATE_BYTES || !(3..=DATE_DIGITS).contains(&digits) || groups > 2 {
        return None;
    }
    match zoned(text) {
        Some(time) => (time.year() >= FIRST_YEAR).then_some(Created::Zoned(time)),
        None => text.parse().ok().map(Created::Raw),
    }
}

fn zoned(text: &str) -> Option<DateTime<FixedOffset>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time);
    }
    for form in ["%Y-%m-%d %H:%M:%S %z", "%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f%z"] {
        if let Ok(time) = DateTime::parse_from_str(text, form) {
            return Some(time);
        }
    }
    if let Some(time) = text.strip_suffix(" UTC").or_else(|| text.strip_suffix(" GMT")) {
        return NaiveDateTime::parse_from_str(time, "%Y-%m-%d %H:%M:%S").ok().map(|time| time.and_utc().fixed_offset());
    }
    ldap_time(text).or_else(|| script_date(text))
}

/// `20231010180000.0Z`.
fn ldap_time(text: &str) -> Option<DateTime<FixedOffset>> {
    let (time, rest) = text.split_at_checked(14)?;
    let fraction = rest.strip_suffix('Z')?;
    let is_fraction = fraction.is_empty()
        || fraction.strip_prefix(['.', ',']).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let time = NaiveDateTime::parse_from_str(time, "%Y%m%d%H%M%S").ok()?;
    is_fraction.then(|| time.and_utc().fixed_offset())
}

/// `/Date(1718000000000)/`, with or without an offset that only says where it was written.
fn script_date(text: &str) -> Option<DateTime<FixedOffset>> {
    let inner = text.trim_matches(['\\', '/']).strip_prefix("Date(")?.strip_suffix(')')?;
    let end = inner.char_indices().skip(1).find(|(_, c)| matches!(c, '+' | '-')).map_or(inner.len(), |(at, _)| at);
    let millis: i64 = inner[..end].parse().ok()?;
    chrono::Utc.timestamp_millis_opt(millis).single().map(|time| time.fixed_offset())
}

/// Whether the text is a date, as tables write them.
pub(crate) fn is_date(text: &str) -> bool {
    let text = text.trim();
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).count();
    let signs = text.contains(['/', '.', '-', '年', ':', ' ']);
    let short = text.len() <= 40 && text.bytes().filter(u8::is_ascii_digit).count() >= 5;
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() > 9).count();
    short && signs && (2..=8).contains(&numbers) && words == 0 && (zoned(text).is_some() || has_date(text))
}

/// Three numbers, or two and a month's name, one of them a year, in a row.
fn has_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).take(4).collect();
    let is_year = |part: &&str| {
        part.parse::<u16>().is_ok_and(|year| (FIRST_YEAR..2100).contains(&i32::from(year))) && part.len() == 4
    };
    let asian = text.contains('年') || text.contains("년");
    let [day, month, year] = [parts.first(), parts.get(1), parts.get(2)];
    let date = [day, month, year].into_iter().flatten().any(is_year) || parts.get(3).is_some_and(is_year);
    let small = |part: &&str| part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    (date && parts.len() >= 3)
        || asian
        || (parts.len() >= 3 && parts[..3].iter().all(small) && text.contains(['/', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_zoned_or_raw() {
        for (text, expected) in [
            ("2020-06-15T13:45:30.0000000Z", "2020-06-15T13:45:30Z"),
            ("20231010180000.0Z", "2023-10-10T18:00:00Z"),
            ("/Date(1718000000000)/", "2024-06-10T06:13:20Z"),
            ("/Date(1718000000000+0200)/", "2024-06-10T06:13:20Z"),
            ("2009-05-20 10:40:00 -0600", "2009-05-20T10:40:00-06:00"),
            ("2024-01-02 03:04:05 UTC", "2024-01-02T03:04:05Z"),
            ("04.03.2025 17:06", "04.03.2025 17:06"),
            ("2025-03-04T17:06:07", "2025-03-04T17:06:07"),
        ] {
            assert_eq!(created(text).map(|created| created.to_string()).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "506825-429770-002244-257444-671440-299750-212256-683067",
            "506825-429770-002244",
            "506825429770002244257444671440",
            "String (timestamp)",
            "0001-01-01T00:00:00Z",
            "",
        ] {
            assert_eq!(created(text), None, "{text}");
        }
        for text in [
            "2/14/2025, 9:41 AM",
            "14. März 2025",
            "2025年2月14日",
            "12/24/2024, 8:00:00 AM",
            "Mar 5, 2025",
            "2025-02-14",
        ] {
            assert!(is_date(text), "{text}");
        }
        for text in ["DESKTOP-77AB", "A7F3705B", "506825-429770", "Windows 11 23H2", "10.0.26100", "C:"] {
            assert!(!is_date(text), "{text}");
        }
    }
}
