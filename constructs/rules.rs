//! All rules by name: those of [upstream](pgsynth_upstream::rules), and those that only a construct can ask, because they are
//! about what the app says and not about what it renders.

mod own;

pub use pgsynth_upstream::rules::*;

pub(crate) use own::{
    FIGURES_OPEN_TO_ALL, FIXED_FIELD_CHANGED, NO_BACKUP, OPEN_TO_EVERY_POD, RESTORE_METHOD,
    RESTORE_TO_OLDER_MAJOR, RESTORED_ROLES_UNNAMED, SECRET_IN_OBJECT, SPARSE_BACKUPS,
    STANDBY_BEFORE_ITS_SOURCE,
};

use crate::base::{Problem, Problems};

/// What each code means that is no rule's: a section a code.
const CODES: &str = include_str!("rules/docs/codes.md");

/// What a code means that is no rule's.
pub fn code(name: &str) -> Option<&'static str> {
    let section = CODES.split("\n## ").skip(1).find(|section| section.lines().next() == Some(name))?;
    Some(section.split_once("\n\n")?.1)
}

/// Every rule, by number and by name.
pub fn registry() -> Registry {
    Registry::of(own::OWN.into_iter().chain(pgsynth_upstream::rules::all()))
}

/// Files a problem under a rule, as an error or a warning as the rule says.
pub(crate) fn report<'a>(rule: &Rule, mut problem: Problem, problems: &'a mut Problems) -> &'a mut Problem {
    problem.code = rule.code;
    match rule.level {
        Level::Error => problems.error(problem),
        Level::Warning => problems.warning(problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_names_are_kebab_case() {
        let mut seen = std::collections::BTreeSet::new();
        for rule in registry().rules() {
            let name = rule.code.name;
            assert!(seen.insert(name) && rule.code.id.is_none_or(|id| seen.insert(id)), "{}", rule.code);
            let kebab = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            assert!(name.bytes().all(kebab), "{name}");
        }
    }

    #[test]
    fn a_word_that_is_no_warning_is_refused_with_the_nearest() {
        let registry = registry();
        let refused = |word: &str| registry.warning(word).err().unwrap_or_default();
        assert!(registry.warning("T47").is_ok() && registry.warning("single-instance").is_ok());
        insta::assert_snapshot!(refused("T09"), @"`T09 keys-in-clear-text` is an error; errors are fixed, not accepted");
        insta::assert_snapshot!(refused("singel-instance"), @"no rule has this number or name; did you mean `single-instance`?");
        insta::assert_snapshot!(refused("T999"), @"no rule has this number or name; did you mean `T99`?");
        insta::assert_snapshot!(refused("xyzzy"), @"no rule has this number or name; write the name in brackets at the end of the problem");
    }
}
