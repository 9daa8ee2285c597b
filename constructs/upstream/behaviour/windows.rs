//! Maintenance windows, as the operator's own parser reads them.

/// Length of a window in minutes (`pkg/apis/acid.zalan.do/v1/marshal.go:27`, which is stricter than the schema's pattern).
///
/// # Errors
/// The rule that is broken, as a phrase.
pub fn minutes(window: &str) -> Result<u32, &'static str> {
    if window.contains(' ') {
        return Err("a window must not contain spaces");
    }
    let (from, to) = window.split_once('-').ok_or("expected two times, joined by `-`")?;
    let time = |text: &str| {
        let (hour, minute) = text.split_once(':').ok_or("times are hours and minutes, `22:00`")?;
        if minute.len() != 2 {
            return Err("minutes have two digits");
        }
        let number = |text: &str| text.parse::<u32>().map_err(|_| "times are hours and minutes, `22:00`");
        Ok(number(hour)? * 60 + number(minute)?)
    };
    let from = match from.split(':').count() {
        3 => from.split_once(':').map_or(from, |(_, time)| time),
        _ => from,
    };
    let (from, to) = (time(from)?, time(to)?);
    to.checked_sub(from).ok_or(
        "the end is before the start; write two windows around midnight, such as `Sat:22:00-23:59` and `Sun:00:00-02:00`",
    )
}
