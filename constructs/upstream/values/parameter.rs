//! Values of PostgreSQL's settings: written as YAML booleans, numbers or text, rendered as the text PostgreSQL wants.

use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Text;

/// One value of a setting, such as `on`, `200` or `1GB`.
///
/// ```
/// use pgsynth_upstream::values::Parameter;
/// assert_eq!(Parameter::from(true).as_str(), "on");
/// assert_eq!(Parameter::from(200).as_str(), "200");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter(Text);

/// PostgreSQL's settings by name.
pub type Parameters = IndexMap<String, Parameter>;

impl Parameter {
    /// The text that PostgreSQL reads.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Parameter {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<bool> for Parameter {
    fn from(on: bool) -> Self {
        Self(if on { "on" } else { "off" }.into())
    }
}

impl From<i64> for Parameter {
    fn from(number: i64) -> Self {
        Self(number.to_string().into())
    }
}

impl From<i32> for Parameter {
    fn from(number: i32) -> Self {
        Self(number.to_string().into())
    }
}

impl From<String> for Parameter {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Parameter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Parameter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = |text: &str| Ok(Self(text.into()));
        deserializer.deserialize_any(Scalar {
            expected: "a string, a number or a boolean",
            booleans: true,
            read,
        })
    }
}

/// Reads an optional value that must be given where its key stands: `pooler:` with nothing behind it is an error,
/// not the absence of a pooler.
///
/// # Errors
/// Where the value is null or not a `T`.
pub fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    match Option::<T>::deserialize(deserializer)? {
        Some(value) => Ok(Some(value)),
        None => Err(de::Error::custom(
            "expected a value; remove the key, or write `{}` for the defaults, or `null` to take away what an anchor brought",
        )),
    }
}

/// Reads a text that may also be written as a number, such as `cpu: 2`.
///
/// # Errors
/// Where the value is neither.
pub fn number_or_text<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr,
    T::Err: fmt::Display,
{
    from_number(deserializer).map(Some)
}

/// Reads a text that may also be written as a number, such as `postgres: 18`.
///
/// # Errors
/// Where the value is neither.
pub fn from_number<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr,
    T::Err: fmt::Display,
{
    let read = |text: &str| text.parse().map_err(|error: T::Err| error.to_string());
    deserializer.deserialize_any(Scalar { expected: "a number or a string", booleans: false, read })
}

/// Reads a scalar as the text that it stands for. What is wrong with it is said here, where its place is known.
struct Scalar<F> {
    expected: &'static str,
    booleans: bool,
    read: F,
}

impl<T, F: FnOnce(&str) -> Result<T, String>> de::Visitor<'_> for Scalar<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_bool<E: de::Error>(self, on: bool) -> Result<T, E> {
        match self.booleans {
            true => (self.read)(Parameter::from(on).as_str()).map_err(E::custom),
            false => Err(E::invalid_type(de::Unexpected::Bool(on), &self)),
        }
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<T, E> {
        match number.is_finite() {
            true => self.visit_str(&number.to_string()),
            false => Err(E::invalid_type(de::Unexpected::Float(number), &self)),
        }
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.read)(text).map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_scalars_become_what_postgresql_reads() {
        let read: Parameters = serde_yaml::from_str("a: true\nb: 200\nc: 0.9\nd: 1GB\ne: 'off'\n").unwrap();
        let text: Vec<_> = read.values().map(Parameter::as_str).collect();
        assert_eq!(text, ["on", "200", "0.9", "1GB", "off"]);
        assert!(serde_yaml::from_str::<Parameters>("a: [1]").is_err());
        assert!(serde_yaml::from_str::<Parameters>("a: null").is_err());
    }
}
