//! Names: ids of constructs, names of objects, label keys and values.

use super::checked_text;

checked_text!(
    /// The id of a construct in its section: lower-case letters, digits and `-`, starting with a letter, at most 63.
    Id, "id", |text| NameRule::Dns1035.check(text, 63)
);
checked_text!(
    /// The name of an object: a DNS name of lower-case letters, digits, `-` and `.`, at most 253 characters.
    Name, "name", |text| NameRule::Subdomain.check(text, 253)
);
checked_text!(
    /// The name of a namespace or a label's value that is a DNS label: at most 63 characters.
    Label, "name", |text| NameRule::Label.check(text, 63)
);

checked_text!(
    /// The value of a label: letters, digits, `-`, `_` and `.`, at most 63 characters.
    LabelValue, "label value", |text| {
        let inner = |byte: u8| byte.is_ascii_alphanumeric();
        let bytes = text.as_bytes();
        let fits = matches!((bytes.first(), bytes.last()), (Some(first), Some(last)) if inner(*first) && inner(*last))
            && bytes.iter().all(|byte| inner(*byte) || b"-_.".contains(byte))
            && bytes.len() <= 63;
        fits.then_some(()).ok_or_else(|| "expected at most 63 letters, digits, `-`, `_` and `.`, such as `acme`".to_owned())
    }
);

/// The three rules that Kubernetes has for names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameRule {
    /// Services and what is named after them: a letter first, then letters, digits and `-` (DNS-1035).
    Dns1035,
    /// Namespaces: letters, digits and `-` (DNS-1123 label).
    Label,
    /// Most other objects: labels joined by dots (DNS-1123 subdomain).
    Subdomain,
}

impl NameRule {
    /// Whether `text` follows the rule and is at most `longest` characters long.
    ///
    /// # Errors
    /// The rule that is broken, as a phrase.
    pub fn check(self, text: &str, longest: usize) -> Result<(), String> {
        let inner = |part: &str| {
            let bytes = part.as_bytes();
            !bytes.is_empty()
                && bytes
                    .iter()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
                && bytes[0] != b'-'
                && bytes[bytes.len() - 1] != b'-'
        };
        let fits = match self {
            Self::Dns1035 => inner(text) && text.as_bytes()[0].is_ascii_lowercase(),
            Self::Label => inner(text),
            Self::Subdomain => text.split('.').all(inner),
        };
        if !fits {
            return Err(match self {
                Self::Dns1035 => "expected lower-case letters, digits and `-`, starting with a letter, such as `acme-orders`",
                Self::Label => "expected lower-case letters, digits and `-`, such as `shop`",
                Self::Subdomain => "expected lower-case letters, digits, `-` and `.`, such as `pg-backup-s3`",
            }
            .to_owned());
        }
        if text.len() > longest {
            return Err(format!("{} characters; at most {longest} are allowed", text.len()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_dns_name_without_dots() {
        assert!("acme-orders".parse::<Id>().is_ok());
        insta::assert_snapshot!("9lives".parse::<Id>().unwrap_err(), @"invalid id `9lives`: expected lower-case letters, digits and `-`, starting with a letter, such as `acme-orders`");
        assert!("a".repeat(64).parse::<Id>().is_err());
        assert!("a-".parse::<Id>().is_err());
        assert!("".parse::<Id>().is_err());
    }
}
