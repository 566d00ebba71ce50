//! A logger as small as it gets that honours `RUST_LOG` and prints lines as `env_logger` does.

use std::fmt;
use std::io::Write;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl Level {
    fn parse(word: &str) -> Option<Level> {
        match word.to_ascii_lowercase().as_str() {
            "off" => Some(Level::Off),
            "error" => Some(Level::Error),
            "warn" => Some(Level::Warn),
            "info" => Some(Level::Info),
            "debug" => Some(Level::Debug),
            "trace" => Some(Level::Trace),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Level::Off => "OFF",
            Level::Error => "ERROR",
            Level::Warn => "WARN",
            Level::Info => "INFO",
            Level::Debug => "DEBUG",
            Level::Trace => "TRACE",
        }
    }
}

/// `RUST_LOG`: a level for everything, or `target=level` for the modules below a target, separated by commas.
struct Filter {
    directives: Vec<(String, Level)>,
}

impl Filter {
    fn parse(text: &str) -> Filter {
        let mut directives = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            match part.split_once('=') {
                Some((target, level)) => {
                    if let Some(level) = Level::parse(level) {
                        directives.push((target.to_string(), level));
                    }
                }
                None => match Level::parse(part) {
                    Some(level) => directives.push((String::new(), level)),
                    None => directives.push((part.to_string(), Level::Trace)),
                },
            }
        }
        // The longest target that fits decides.
        directives.sort_by_key(|(target, _)| std::cmp::Reverse(target.len()));
        Filter { directives }
    }

    fn allows(&self, level: Level, target: &str) -> bool {
        let matching = self.directives.iter().find(|(prefix, _)| target.starts_with(prefix.as_str()));
        matching.is_some_and(|(_, lowest)| level <= *lowest)
    }
}

fn filter() -> &'static Filter {
    static FILTER: OnceLock<Filter> = OnceLock::new();
    FILTER.get_or_init(|| Filter::parse(&std::env::var("RUST_LOG").unwrap_or_else(|_| "info".to_string())))
}

/// Prints one line to standard error when `RUST_LOG` lets it through. Use the macros.
pub fn write(level: Level, target: &str, file: &str, line: u32, message: fmt::Arguments) {
    if !filter().allows(level, target) {
        return;
    }
    let text = format!("[{} {:<5} {target} {file}:{line}] {message}\n", timestamp(), level.name());
    // One write, so that lines of several threads stay whole; there is nobody to tell when it fails.
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Now, as `2026-11-22T02:04:37.123456Z`.
fn timestamp() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = since.as_secs();
    let (year, month, day) = civil((seconds / 86_400) as i64);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:06}Z", since.subsec_micros())
}

/// Year, month and day of a number of days since 1970-01-01 (proleptic Gregorian calendar).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[macro_export]
macro_rules! log_at {
    ($level:ident, $($message:tt)*) => {
        $crate::log::write($crate::log::Level::$level, module_path!(), file!(), line!(), format_args!($($message)*))
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_target_decides() {
        let filter = Filter::parse("info,rust_log::count=trace,rust_log::report=off");
        assert!(filter.allows(Level::Info, "rust_log"));
        assert!(!filter.allows(Level::Debug, "rust_log"));
        assert!(filter.allows(Level::Trace, "rust_log::count"));
        assert!(!filter.allows(Level::Error, "rust_log::report"));
    }

    #[test]
    fn nothing_is_let_through_without_directives() {
        assert!(!Filter::parse("").allows(Level::Error, "rust_log"));
    }

    #[test]
    fn counts_days_as_the_calendar_does() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(20_779), (2026, 11, 22));
    }
}
