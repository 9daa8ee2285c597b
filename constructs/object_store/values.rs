//! Names, addresses and regions of stores, and the kinds of store that are refused.

use std::fmt;

use serde::{Deserialize, Deserializer, de};

use crate::values::checked_text;

checked_text!(
    /// Name of a bucket: 3 to 63 lower-case letters, digits, `-` and `.`.
    Bucket, "bucket", |text| {
        let ends = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let bytes = text.as_bytes();
        let fits = (3..=63).contains(&bytes.len())
            && ends(bytes.first())
            && ends(bytes.last())
            && !text.contains("..")
            && bytes.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(byte));
        fits.then_some(()).ok_or_else(|| "expected 3 to 63 lower-case letters, digits, `-` and `.`, such as `acme-postgres`; a folder in it goes into the store's `prefix`".to_owned())
    }
);

checked_text!(
    /// A folder of a bucket: names of letters, digits, `-`, `_` and `.`, joined by `/`; none of them is `spilo`.
    KeyPrefix, "prefix", |text| {
        let part = |part: &str| {
            !matches!(part, "" | "." | ".." | "spilo")
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        };
        text.split('/').all(part).then_some(()).ok_or_else(|| "expected names joined by `/`, such as `prod/eu`, without a leading or trailing `/`, and without `spilo`, by which Spilo recognises its own paths".to_owned())
    }
);

checked_text!(
    /// Address of a store: `http` or `https`, a host, perhaps a port, and no path.
    Endpoint, "endpoint", |text| {
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let fits = host.is_some_and(|host| {
            let (name, port) = host.rsplit_once(':').unwrap_or((host, "443"));
            !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
                && port.parse::<u16>().is_ok_and(|port| port > 0)
        });
        fits.then_some(()).ok_or_else(|| "expected `https://host` or `https://host:port`, without a path; the bucket has a field of its own, and `+path` is added by Spilo".to_owned())
    }
);

checked_text!(
    /// Region of a store, such as `fsn1` or `eu-central-1`.
    Region, "region", |text| {
        let fits = !text.is_empty() && text.len() <= 63 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        fits.then_some(()).ok_or_else(|| "expected letters, digits and `-`, such as `fsn1` or `eu-central-1`".to_owned())
    }
);

checked_text!(
    /// Name of a file, without a folder.
    FileName, "file name", |text| {
        let fits = !matches!(text, "" | "." | "..") && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        fits.then_some(()).ok_or_else(|| "expected letters, digits, `-`, `_` and `.`, such as `ca.crt`".to_owned())
    }
);

/// A kind of store that pgsynth does not have: naming it is an error with a sentence.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Unsupported;

impl<'de> Deserialize<'de> for Unsupported {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Refusal;
        impl<'de> de::Visitor<'de> for Refusal {
            type Value = Unsupported;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`hetzner`, `s3`, `aws` or `local`: Google Cloud Storage and Azure are not supported, because no test restores from them")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, _: A) -> Result<Unsupported, A::Error> {
                Err(de::Error::invalid_type(de::Unexpected::Map, &self))
            }
        }
        deserializer.deserialize_any(Refusal)
    }
}
