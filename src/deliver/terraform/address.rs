//! Addresses of resources, `<kind>_<namespace>_<name>`. They are an interface: a state knows objects by them.

use std::collections::BTreeMap;

use pgsynth_constructs::Valid;
use pgsynth_constructs::base::{Identity, Kind, Object, Problem};

/// The addresses of an app's objects.
pub(super) struct Addresses {
    objects: BTreeMap<Identity, String>,
    crds: Vec<(&'static str, String)>,
}

impl Addresses {
    /// # Errors
    /// Where two objects have one.
    pub(super) fn of(valid: &Valid) -> Result<Self, Vec<Problem>> {
        let mut taken: BTreeMap<String, &Object> = BTreeMap::new();
        let mut problems = vec![];
        let mut objects = BTreeMap::new();
        for object in valid.objects() {
            let address = of_object(&object.identity);
            if let Some(other) = taken.insert(address.clone(), object) {
                let message = format!(
                    "Terraform would know {} of `{}` and that of `{}` by one address, `{address}`",
                    object.identity, other.identity.api_version, object.identity.api_version
                );
                let mut problem = Problem::new(Kind::Duplicate, object.origin.as_str(), message);
                problem.help("rename one of them");
                problems.push(problem);
            }
            objects.insert(object.identity.clone(), address);
        }
        let crds = valid.crds().map(|(name, _)| (name, plain(&["crd", name]))).collect();
        if problems.is_empty() { Ok(Self { objects, crds }) } else { Err(problems) }
    }

    pub(super) fn get(&self, object: &Object) -> &str {
        &self.objects[&object.identity]
    }

    /// The addresses of all CRDs, by their files' names.
    pub(super) fn crds(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.crds.iter().map(|(name, address)| (*name, address.as_str()))
    }

    pub(super) fn has(&self, address: &str) -> bool {
        self.objects.values().any(|known| known == address)
    }
}

/// The address of a cluster.
pub(super) fn cluster(namespace: &str, name: &str) -> String {
    plain(&["postgresql", namespace, name])
}

fn of_object(identity: &Identity) -> String {
    let parts = [Some(identity.kind.as_str()), identity.namespace.as_deref(), Some(&identity.name)];
    plain(&parts.into_iter().flatten().collect::<Vec<_>>())
}

/// Letters, digits, `_` and `-`: what a name may have there.
fn plain(parts: &[&str]) -> String {
    let fits = |letter: char| match letter.is_ascii_alphanumeric() || letter == '-' {
        true => letter.to_ascii_lowercase(),
        false => '_',
    };
    parts.join("_").chars().map(fits).collect()
}
