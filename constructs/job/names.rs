//! Names of databases and objects that a plan makes: told from the original's, and never cut by PostgreSQL or Kubernetes.

use crate::values::fnv1a;

/// Bytes of a name that PostgreSQL keeps; it cuts the rest off with a notice, and two names become one.
const LONGEST: usize = 63;

/// A database's name with a suffix of `[a-z0-9_]`. Where it would be too long, the name is cut at a letter, and six digits of
/// its hash stand before the suffix.
pub(crate) fn suffixed(name: &str, suffix: &str) -> String {
    if name.len() + suffix.len() <= LONGEST {
        return format!("{name}{suffix}");
    }
    let room = LONGEST - suffix.len() - 7;
    let end = (0..=room).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    format!("{}_{:06x}{suffix}", &name[..end], fnv1a(name.as_bytes()) & 0xff_ffff)
}

/// Eight digits of a hash of these texts.
pub(crate) fn short_hash(texts: &[&str]) -> String {
    let hash = fnv1a(texts.join("\n").as_bytes());
    format!("{:08x}", (hash >> 32) ^ (hash & 0xffff_ffff))
}

/// The beginning of a cluster's name, which leaves room for what an object's name says of a plan.
pub(crate) fn beginning(cluster: &str) -> &str {
    cluster[..cluster.len().min(28)].trim_end_matches('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_longer_than_postgresql_keeps() {
        assert_eq!(suffixed("shop", "_restored"), "shop_restored");
        let long = "ü".repeat(31);
        assert_eq!(suffixed(&long, "_restored").len(), 62);
        let other = format!("{}a", "ü".repeat(30));
        assert!(suffixed(&other, "_before_20261124t090000z").len() <= LONGEST);
        assert_ne!(suffixed(&"x".repeat(63), "_restored"), suffixed(&"x".repeat(62), "_restored"));
    }
}
