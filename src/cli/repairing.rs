//! How long the search for a misread key takes, in words.

use std::time::Duration;

use drivekey_flows::repair::Estimate;

/// `65,536 keys × 0.250 s / 4 cores = about 68 minutes`
pub(super) fn arithmetic(estimate: &Estimate) -> String {
    let cores = if estimate.cores.get() == 1 { "1 core".to_owned() } else { format!("{} cores", estimate.cores) };
    format!(
        "{} keys × {:.3} s / {cores} = about {}",
        grouped(estimate.candidates),
        estimate.seconds_each,
        duration_words(estimate.time)
    )
}

/// `1,234,567`
pub(super) fn grouped(number: u128) -> String {
    if number == u128::MAX {
        return "more than can be counted".to_owned();
    }
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A stretch of time in the unit that suits it.
fn duration_words(duration: Duration) -> String {
    const UNITS: [(u64, &str); 4] =
        [(60 * 60 * 24 * 365, "years"), (60 * 60 * 24, "days"), (60 * 60, "hours"), (60, "minutes")];
    let seconds = duration.as_secs();
    for (unit, name) in UNITS {
        if seconds >= unit * 2 {
            return format!("{} {name}", grouped(u128::from(seconds / unit)));
        }
    }
    if seconds <= 1 { "1 second".to_owned() } else { format!("{seconds} seconds") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_readable() {
        assert_eq!([0, 999, 1000, 65_536, 1_234_567].map(grouped), ["0", "999", "1,000", "65,536", "1,234,567"]);
        let words = [0, 90, 7200, 60 * 60 * 24 * 3, 60 * 60 * 24 * 365 * 5000]
            .map(|seconds| duration_words(Duration::from_secs(seconds)));
        assert_eq!(words, ["1 second", "90 seconds", "2 hours", "3 days", "5,000 years"]);
        assert!(duration_words(Duration::MAX).ends_with("years"));
    }
}
