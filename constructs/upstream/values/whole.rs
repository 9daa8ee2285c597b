//! Whole numbers with bounds that mean something: what lies beyond them is a slip, and would not end well.

use std::fmt;

use serde::de::{self, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};

use super::Checked;

/// A whole number from `LOWEST` to `HIGHEST`. One of a program that is neither is kept, and reported by validation of the app.
///
/// ```
/// use pgsynth_upstream::values::Whole;
/// let port: Whole<1, 65535> = serde_yaml::from_str("5432")?;
/// assert_eq!(port.get(), 5432);
/// assert!(serde_yaml::from_str::<Whole<1, 65535>>("0").is_err());
/// # Ok::<(), serde_yaml::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Whole<const LOWEST: u32, const HIGHEST: u32>(u32);

impl<const LOWEST: u32, const HIGHEST: u32> Whole<LOWEST, HIGHEST> {
    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }

    /// The number, as the custom resources have it; it fits wherever validation has passed.
    pub fn signed(self) -> i32 {
        i32::try_from(self.0).unwrap_or(i32::MAX)
    }

    /// The number, where 255 is enough for all that validation lets through.
    pub fn small(self) -> u8 {
        u8::try_from(self.0).unwrap_or(u8::MAX)
    }

    fn rule() -> String {
        format!("expected a whole number from {LOWEST} to {HIGHEST}")
    }
}

impl<const LOWEST: u32, const HIGHEST: u32> From<u32> for Whole<LOWEST, HIGHEST> {
    fn from(number: u32) -> Self {
        if !(LOWEST..=HIGHEST).contains(&number) {
            Checked::note_unread();
        }
        Self(number)
    }
}

impl<const LOWEST: u32, const HIGHEST: u32> fmt::Display for Whole<LOWEST, HIGHEST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const LOWEST: u32, const HIGHEST: u32> Serialize for Whole<LOWEST, HIGHEST> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (LOWEST..=HIGHEST).contains(&self.0) {
            true => serializer.serialize_u32(self.0),
            false => Err(ser::Error::custom(format!("invalid number `{}`: {}", self.0, Self::rule()))),
        }
    }
}

impl<'de, const LOWEST: u32, const HIGHEST: u32> Deserialize<'de> for Whole<LOWEST, HIGHEST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number<const LOWEST: u32, const HIGHEST: u32>;

        impl<const LOWEST: u32, const HIGHEST: u32> Visitor<'_> for Number<LOWEST, HIGHEST> {
            type Value = Whole<LOWEST, HIGHEST>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a whole number from {LOWEST} to {HIGHEST}")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
                match u32::try_from(number) {
                    Ok(known) if (LOWEST..=HIGHEST).contains(&known) => Ok(Whole(known)),
                    _ => Err(E::invalid_value(Unexpected::Unsigned(number), &self)),
                }
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
                match u64::try_from(number) {
                    Ok(number) => self.visit_u64(number),
                    Err(_) => Err(E::invalid_value(Unexpected::Signed(number), &self)),
                }
            }
        }

        deserializer.deserialize_any(Number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_beyond_its_bounds_is_refused_with_them() {
        let read = |text: &str| serde_json::from_str::<Whole<1, 99>>(text).map(Whole::get);
        assert_eq!(read("1").unwrap(), 1);
        assert_eq!(read("99").unwrap(), 99);
        for wrong in ["0", "100", "-1", "4294967297", "18446744073709551615", "1.5", "\"1\"", "null"] {
            let error = read(wrong).unwrap_err().to_string();
            assert!(error.contains("a whole number from 1 to 99"), "{wrong}: {error}");
        }
        assert!(serde_json::to_string(&Whole::<1, 99>::from(100)).is_err());
    }
}
