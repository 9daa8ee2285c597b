//! What the rules and the CRDs must know of a release: versions, not images of pods.

use std::fmt;

/// A version of the operator: major, minor, patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OperatorVersion(pub u16, pub u16, pub u16);

impl fmt::Display for OperatorVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

impl OperatorVersion {
    /// Reads `2.0.1`; nothing where it is no version.
    pub fn read(text: &str) -> Option<Self> {
        let numbers: Vec<u16> = text.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        match numbers[..] {
            [major, minor, patch] => Some(Self(major, minor, patch)),
            _ => None,
        }
    }
}

/// The versions of one release, as far as rules and schemas depend on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    /// Version of the operator.
    pub operator: OperatorVersion,
    /// Major versions of PostgreSQL that the operator and the image have.
    pub postgres: &'static [&'static str],
}

/// The operators that a fact holds for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applies {
    /// The first that has it, if it was not always there.
    pub since: Option<OperatorVersion>,
    /// The first that no longer has it, if one was released: a known fault that was mended.
    pub mended: Option<OperatorVersion>,
}

impl Applies {
    /// Every operator of version 2.
    pub const ALWAYS: Self = Self { since: None, mended: None };

    /// Whether the fact holds for this operator.
    pub fn to(self, operator: OperatorVersion) -> bool {
        self.since.is_none_or(|since| since <= operator) && self.mended.is_none_or(|mended| operator < mended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_holds_from_one_version_to_the_next() {
        let version = |text| OperatorVersion::read(text).unwrap();
        let fault = Applies { since: Some(version("2.0.0")), mended: Some(version("2.0.2")) };
        assert!(fault.to(version("2.0.1")) && !fault.to(version("2.0.2")) && !fault.to(version("1.15.1")));
        assert!(Applies::ALWAYS.to(version("2.0.1")));
        assert!(version("2.0.10") > version("2.0.9"));
        for wrong in ["", "2", "2.0", "v2.0.1", "2.0.1.0"] {
            assert!(OperatorVersion::read(wrong).is_none(), "{wrong}");
        }
    }
}
