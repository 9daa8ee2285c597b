//! Exceptions in comments of the files: `# pgsynth: allow T47 one node`.

use pgsynth_constructs::base::{Code, Kind, Problem};
use pgsynth_constructs::rules::{Level, Registry};

use super::Findings;
use crate::manifests::{Allowed, Document};

const ACCEPTED_IN_VAIN: Code = Code::named("accepted-in-vain");

/// Takes away what is allowed in its document, and tells of exceptions that say nothing.
pub(super) fn apply(documents: &[Document], registry: &Registry, findings: &mut Findings) {
    let mut used = vec![];
    findings.told.retain(|told| {
        let document = told.document.and_then(|index| documents.get(index));
        let mut allowed = document.into_iter().flat_map(|document| &document.allowed);
        let exception =
            allowed.find(|allowed| told.problem.code.is(allowed.word) && !allowed.reason.is_empty());
        used.extend(exception.map(|exception| exception.place.clone()));
        exception.is_none()
    });
    let mut seen = vec![];
    for (index, document) in documents.iter().enumerate() {
        for allowed in &document.allowed {
            if seen.contains(&&allowed.place) {
                continue;
            }
            seen.push(&allowed.place);
            if let Some((level, problem)) = wrong(allowed, registry, used.contains(&allowed.place)) {
                findings.tell(Some(index), level, Problem { place: Some(allowed.place.clone()), ..problem });
            }
        }
    }
}

/// What is wrong with an exception itself.
fn wrong(allowed: &Allowed, registry: &Registry, used: bool) -> Option<(Level, Problem)> {
    let Allowed { word, reason, place: _ } = allowed;
    let path = format!("allow {word}");
    if reason.is_empty() {
        let message = "the reason why it is allowed, behind the rule";
        return Some((Level::Error, Problem::new(Kind::Required, path, message)));
    }
    match registry.find(word) {
        None => {
            let mut problem = Problem::new(Kind::Unknown, path, "no rule has this number or name");
            problem.value(word);
            if let Some(near) = registry.nearest(word) {
                problem.help(format!("did you mean `{near}`?"));
            }
            Some((Level::Error, problem))
        }
        Some(_) if !used => {
            let message = "nothing of this rule is found here; remove the comment";
            let mut problem = Problem::new(Kind::Ineffective, path, message);
            problem.value(word).code(ACCEPTED_IN_VAIN);
            Some((Level::Warning, problem))
        }
        Some(_) => None,
    }
}
