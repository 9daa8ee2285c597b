//! What a credential looks like: by the shape that its maker gives it, or by the name that it is kept under.

/// Beginnings that only keys and tokens have, and how long such a text is at least.
const SHAPES: [(&str, usize, &str); 16] = [
    ("AKIA", 20, "an access key of AWS"),
    ("ASIA", 20, "an access key of AWS"),
    ("ghp_", 30, "a token of GitHub"),
    ("gho_", 30, "a token of GitHub"),
    ("ghs_", 30, "a token of GitHub"),
    ("github_pat_", 30, "a token of GitHub"),
    ("glpat-", 20, "a token of GitLab"),
    ("xoxb-", 20, "a token of Slack"),
    ("xoxp-", 20, "a token of Slack"),
    ("sk_live_", 20, "a key of Stripe"),
    ("AIza", 35, "a key of Google"),
    ("ya29.", 20, "a token of Google"),
    ("hvs.", 20, "a token of Vault"),
    ("dop_v1_", 30, "a token of DigitalOcean"),
    ("AGE-SECRET-KEY-1", 40, "a key of age"),
    ("eyJ", 60, "a signed token"),
];

/// No shape is shorter: scripts of many words are looked at for every cluster.
const SHORTEST: usize = 20;

/// What a text holds that should be a reference, if it looks like that: a key, a token, or an address with a password.
pub fn credential_in(text: &str) -> Option<&'static str> {
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    if has_password(text) {
        return Some("an address with a password");
    }
    let apart = |byte: &u8| byte.is_ascii_whitespace() || b"\"',;=".contains(byte);
    for word in text.as_bytes().split(apart).filter(|word| word.len() >= SHORTEST) {
        for (beginning, least, what) in SHAPES {
            let fits = word.starts_with(beginning.as_bytes())
                && word.len() >= least
                && word.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-./+".contains(byte))
                && (beginning != "eyJ" || word.iter().filter(|byte| **byte == b'.').count() == 2);
            if fits {
                return Some(what);
            }
        }
    }
    None
}

/// `scheme://user:password@host`, or `password=...` of a connection string; a reference to a variable is none.
fn has_password(text: &str) -> bool {
    let literal = |password: &str| !password.is_empty() && !password.starts_with(['$', '<', '{', '%']);
    let of_address = text.split("://").skip(1).any(|rest| {
        let authority = rest.split(['/', '?', '#', ' ', '"', '\'', '\n']).next().unwrap_or_default();
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        user.and_then(|user| user.split_once(':')).is_some_and(|(_, password)| literal(password))
    });
    let of_string = text.match_indices('=').any(|(at, _)| {
        let Some((before, name)) = text[..at].split_at_checked(at.saturating_sub("password".len())) else {
            return false;
        };
        let ahead = before
            .chars()
            .next_back()
            .is_none_or(|letter| letter.is_whitespace() || "?&'\"-".contains(letter));
        let value = text[at + 1..].split([' ', '&', '\n']).next().unwrap_or_default();
        name.eq_ignore_ascii_case("password") && ahead && literal(value.trim_matches(['\'', '"']))
    });
    of_address || of_string
}

/// Parts of names under which credentials are kept.
const NAMES: [&str; 13] = [
    "BASIC_AUTH",
    "CREDS",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "TOKEN",
    "APIKEY",
    "API_KEY",
    "ACCESS_KEY",
    "PRIVATE_KEY",
    "CREDENTIAL",
    "LIBSODIUM_KEY",
];

/// Ends of names that say something about a credential and are none.
const ABOUT: [&str; 13] = [
    "_FILE",
    "_PATH",
    "_NAME",
    "_REF",
    "_TTL",
    "_TRANSFORM",
    "_ENCRYPTION",
    "_ENABLED",
    "_LENGTH",
    "_METHOD",
    "_TYPE",
    "_AGE",
    "_ID",
];

/// Whether a variable of this name holds a credential, by its name and by a value that is no path, number or switch.
pub fn credential_by_name(name: &str, value: &str) -> bool {
    let upper = name.to_ascii_uppercase().replace(['-', '.'], "_");
    let pass = upper == "PASS" || upper == "PGPASS" || upper.ends_with("_PASS");
    let of_name = (pass || NAMES.iter().any(|part| upper.contains(part)))
        && !ABOUT.iter().any(|end| upper.ends_with(end));
    let of_value = !value.is_empty()
        && !value.starts_with(['/', '$', '<'])
        // A short number is a switch or a limit; a long one is a password of digits.
        && (value.len() >= 6 || value.parse::<f64>().is_err())
        && !["true", "false", "yes", "no", "on", "off", "none"]
            .iter()
            .any(|word| word.eq_ignore_ascii_case(value));
    of_name && of_value
}

/// Whether a variable holds a credential, by its name or by the shape of its value.
pub fn is_credential(name: &str, value: &str) -> bool {
    credential_by_name(name, value) || credential_in(value).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_credential_is_told_from_what_does_not() {
        for text in [
            "postgres://app:hunter2@db:5432/shop",
            "host=db user=app password=hunter2",
            "AKIAIOSFODNN7EXAMPLE",
            "--token=glpat-0123456789abcdefghij",
            "-----BEGIN RSA PRIVATE KEY-----\nabc",
            "jdbc:postgresql://db/shop?user=a&password=hunter2",
        ] {
            assert!(credential_in(text).is_some(), "{text}");
        }
        for text in [
            "postgres://app@db:5432/shop",
            "postgres://app:$(PASSWORD)@db/shop",
            "https://s3.example.org:9000",
            "password=$PGPASSWORD",
            "AKIA",
            "scram-sha-256",
            "a@b:c",
            "http://[::1]:8080/x@y",
            "log_password=x",
        ] {
            assert_eq!(credential_in(text), None, "{text}");
        }
        assert!(credential_by_name("PGPASSWORD", "hunter2"));
        assert!(credential_by_name("aws_secret_access_key", "abc"));
        assert!(
            credential_by_name("DATA_SOURCE_PASS", "abc") && credential_by_name("DB_PASSWORD", "12345622")
        );
        assert!(credential_in("--password=hunter2").is_some());
        for (name, value) in [
            ("PGPASSWORD", ""),
            ("PGPASSFILE", "/x"),
            ("SECRET_NAME", "keys"),
            ("WALG_LIBSODIUM_KEY_TRANSFORM", "hex"),
            ("ENABLE_SECRETS", "true"),
            ("TOKEN", "$(OTHER)"),
            ("AWS_REGION", "fsn1"),
        ] {
            assert!(!credential_by_name(name, value), "{name}");
        }
    }
}
