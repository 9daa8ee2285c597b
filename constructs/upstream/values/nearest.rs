//! The nearest known word for a misspelt one.

/// The known word that is nearest to `word`, if one is near enough to be meant.
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let plain = |text: &str| text.to_ascii_lowercase().replace(['_', '-', ' '], "");
    let meant = plain(word);
    known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(&meant, &plain(candidate)), *candidate))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, candidate)| *distance <= 1.max(candidate.len().max(word.len()) / 3))
        .map(|(_, candidate)| candidate)
}

/// More words than these are not read by anybody.
const FEW: usize = 16;

/// What stands between a rule and the advice that ends it; a [`Problem`](crate::problems::Problem) keeps them apart.
pub const MEANT: &str = "; did you mean ";

/// The rule of a value that is one of a few words: all of them where they are few, and the nearest where one is near.
pub fn one_of(word: &str, known: &[&str]) -> String {
    let near = nearest(word, known);
    let rule = match known.len() {
        many if many > FEW && near.is_some() => format!("expected one of {many} known words"),
        _ => format!("expected one of `{}`", known.join("`, `")),
    };
    near.map_or(rule.clone(), |near| format!("{rule}{MEANT}`{near}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_nonsense_is_not() {
        let known = ["instances", "volume", "numberOfInstances"];
        assert_eq!(nearest("instnaces", &known), Some("instances"));
        assert_eq!(nearest("volum", &known), Some("volume"));
        assert_eq!(nearest("number_of_instances", &known), Some("numberOfInstances"));
        assert_eq!(nearest("xyzzy", &known), None);
    }
}
