//! The description that Windows gives a volume, `COMPUTER LABEL DATE`, split into its parts. It is a hint only: anyone
//! who can write to the drive can change it.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};

use drivekey_record::{LineText, fold_digit};

/// The Thai calendar is this many years ahead.
const BUDDHIST_ERA_YEARS: i32 = 543;
/// How many words a date may have: `4. 7. 2019` has three, `4.7.2019 г.` two.
const DATE_WORDS: [usize; 3] = [1, 2, 3];
/// The fewest letters in the name of a month.
const MONTH_LETTERS_MIN: usize = 3;

/// How Windows described the volume when encryption began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The whole description.
    pub text: LineText,
    /// The name of the computer: the first word.
    pub computer: Option<LineText>,
    /// The label of the volume, where it had one.
    pub label: Option<LineText>,
    /// The drive letter, where one such as `C:` stands in place of a label.
    pub drive_letter: Option<char>,
    /// The date as it is written there, where it fits the time of creation or follows a drive letter. The order of day
    /// and month depends on the locale.
    pub date: Option<LineText>,
}

impl Description {
    /// Splits a description. The last words are a date if they are close to `created`.
    pub(super) fn parse(text: LineText, created: Option<DateTime<Utc>>) -> Self {
        let words: Vec<&str> = text.as_str().split(' ').filter(|word| !word.is_empty()).collect();
        let (first, rest) = words.split_first().map_or(("", [].as_slice()), |(first, rest)| (*first, rest));
        let date_words = DATE_WORDS.into_iter().find(|count| {
            let end = rest.len().checked_sub(*count).map(|at| rest[at..].concat());
            end.zip(created).is_some_and(|(end, created)| is_close_to(&end, created))
        });
        // Some calendars cannot be compared with `created`. There the drive letter in front tells.
        let after_letter = || {
            let (first, end) = rest.split_first()?;
            let is_number = |word: &&str| word.chars().any(|c| fold_digit(c).is_some());
            (drive_letter(first).is_some() && end.iter().any(is_number)).then_some(end.len())
        };
        let (middle, date) = rest.split_at(rest.len() - date_words.or_else(after_letter).unwrap_or(0));
        let middle = middle.join(" ");
        let drive_letter = drive_letter(&middle);
        let line = |text: &str| text.parse::<LineText>().ok();
        Self {
            computer: line(first),
            label: if drive_letter.is_some() { None } else { line(&middle) },
            drive_letter,
            date: line(&date.join(" ")),
            text,
        }
    }
}

fn drive_letter(text: &str) -> Option<char> {
    let letter = text.strip_suffix(':')?.chars().next()?;
    (text.len() == 2 && letter.is_ascii_alphabetic()).then(|| letter.to_ascii_uppercase())
}

/// Whether the text is a date, in the order of some locale, no more than a day away from `created`. The day may differ
/// because `created` is in UTC. The month may be a word.
fn is_close_to(text: &str, created: DateTime<Utc>) -> bool {
    let Some(numbers) = numbers(text) else { return false };
    let day = created.date_naive();
    let near = [day.checked_sub_days(Days::new(1)), Some(day), day.checked_add_days(Days::new(1))];
    let is = |year: u32, month: Option<u32>, day: u32| {
        let years = [year, year.saturating_add(2000), year.saturating_sub(BUDDHIST_ERA_YEARS.unsigned_abs())];
        let is_near = |near: &NaiveDate| {
            years.iter().any(|year| i64::from(*year) == i64::from(near.year()))
                && month.is_none_or(|month| month == near.month())
                && day == near.day()
        };
        near.iter().flatten().any(is_near)
    };
    match numbers[..] {
        [a, b, c] => is(c, Some(b), a) || is(c, Some(a), b) || is(a, Some(b), c),
        [a, b] if text.chars().filter(|c| c.is_alphabetic()).count() >= MONTH_LETTERS_MIN => {
            is(b, None, a) || is(a, None, b)
        }
        _ => false,
    }
}

/// All numbers in a text; `None` when one has more than four digits.
fn numbers(text: &str) -> Option<Vec<u32>> {
    let mut found = Vec::with_capacity(3);
    let mut open: Option<u32> = None;
    for c in text.chars() {
        match fold_digit(c).map(|digit| u32::from(digit - b'0')) {
            Some(digit) => {
                let value = open.unwrap_or(0) * 10 + digit;
                if value > 9999 {
                    return None;
                }
                open = Some(value);
            }
            None => found.extend(open.take()),
        }
    }
    found.extend(open);
    Some(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(text: &str) -> (String, String, Option<char>, String) {
        let created = "2019-07-03T23:30:00Z".parse().ok();
        let description = Description::parse(text.parse().unwrap(), created);
        let text = |part: Option<LineText>| part.map(String::from).unwrap_or_default();
        (text(description.computer), text(description.label), description.drive_letter, text(description.date))
    }

    #[test]
    fn computer_label_and_date_in_every_order() {
        let all = |label: &str, letter, date: &str| ("PC-1".to_owned(), label.to_owned(), letter, date.to_owned());
        assert_eq!(parts("PC-1 C: 7/4/2019"), all("", Some('C'), "7/4/2019"));
        assert_eq!(parts("PC-1 New Volume 04.07.2019"), all("New Volume", None, "04.07.2019"));
        assert_eq!(parts("PC-1 Bitlocker Win 10 2019-07-02"), all("Bitlocker Win 10", None, "2019-07-02"));
        assert_eq!(parts("PC-1 D 4. 7. 2019"), all("D", None, "4. 7. 2019"));
        assert_eq!(parts("PC-1 D 04-07-19"), all("D", None, "04-07-19"));
        assert_eq!(parts("PC-1 D 4/7/2562"), all("D", None, "4/7/2562"));
        assert_eq!(parts("PC-1 D ٠٤/٠٧/٢٠١٩"), all("D", None, "٠٤/٠٧/٢٠١٩"));
        assert_eq!(parts("PC-1 D 4.7.2019 г."), all("D", None, "4.7.2019 г."));
        assert_eq!(parts("PC-1 D 2019年7月4日"), all("D", None, "2019年7月4日"));
        assert_eq!(parts("PC-1 My Data 04-Jul-19"), all("My Data", None, "04-Jul-19"));
        assert_eq!(parts("PC-1 C: 1440/11/01"), all("", Some('C'), "1440/11/01"));
    }

    #[test]
    fn words_that_are_not_a_date_stay_with_the_label() {
        assert_eq!(parts("PC-1 Backup 1/1/2001").1, "Backup 1/1/2001");
        assert_eq!(parts("PC-1 99999999999999/1/1").1, "99999999999999/1/1");
        assert_eq!(parts("PC-1 C: drive").1, "C: drive");
        assert_eq!(parts("PC-1 Disk 4 2019").1, "Disk 4 2019");
        assert_eq!(parts("PC-1"), ("PC-1".to_owned(), String::new(), None, String::new()));
        let undated = |text: &str| Description::parse(text.parse().unwrap(), None);
        assert_eq!(undated("PC Data 7/4/2019").label.map(String::from).as_deref(), Some("Data 7/4/2019"));
        // Without a time of creation, a drive letter tells.
        assert_eq!(undated("PC C: 7/4/2019").drive_letter, Some('C'));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,60}|[0-9/. -]{0,40}", seconds in any::<i64>()) {
            if let Ok(text) = text.parse() {
                let _ = Description::parse(text, DateTime::from_timestamp(seconds, 0));
            }
        }
    }
}
