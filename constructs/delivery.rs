//! Who applies the output, where it is not a person with kubectl.

use crate::base::{Problems, Scope, construct};
use crate::values::{GoDuration, Label, credential_in};

construct! {
    /// What tools that apply the output on their own are told: `pgsynth synth --to argo` and `--to flux` render it.
    ///
    /// ```
    /// use pgsynth_constructs::delivery::{Argo, Delivery};
    /// let delivery = Delivery::default().argo(Argo::new("https://git.example.org/infra.git"));
    /// ```
    ///
    /// ```yaml
    /// delivery:
    ///   argo: {repository: "https://git.example.org/infra.git", path: postgres/dist}
    ///   flux: {source: infra, path: postgres/dist}
    /// ```
    pub struct Delivery {
        /// An Application of Argo CD. Default: none.
        [optional] argo: Argo,

        /// A Kustomization of Flux. Default: none.
        [optional] flux: Flux,
    }
}

construct! {
    /// An Application of Argo CD that applies the output.
    pub struct Argo {
        /// Address of the git repository that holds the output, without a password.
        [required] repository: String,

        /// Branch, tag or commit. Default: `HEAD`.
        [or head "head"] revision: String,

        /// Folder of the output in the repository. Default: the app's output, as in a repository of which the project is the root.
        [optional] path: String,

        /// Project of Argo CD. Default: `default`.
        [or default_project "default_project"] project: String,

        /// Namespace of Argo CD. Default: `argocd`.
        [or argocd "argocd"] namespace: Label,
    }
}

construct! {
    /// A Kustomization of Flux that applies the output.
    pub struct Flux {
        /// Name of the GitRepository that holds the output, in the same namespace.
        [required] source: Label,

        /// Folder of the output in the repository. Default: the app's output, as in a repository of which the project is the root.
        [optional] path: String,

        /// How often it is applied anew. Default: `10m`.
        [optional] interval: GoDuration,

        /// Namespace of the Kustomization. Default: `flux-system`.
        [or flux_system "flux_system"] namespace: Label,
    }
}

fn head() -> String {
    "HEAD".to_owned()
}

fn default_project() -> String {
    "default".to_owned()
}

fn argocd() -> Label {
    Label::from("argocd")
}

fn flux_system() -> Label {
    Label::from("flux-system")
}

impl Delivery {
    pub(crate) fn validate(&self, scope: &Scope, problems: &mut Problems) {
        let Self { argo, flux } = self;
        if let Some(argo) = argo {
            let here = scope.at("argo.repository");
            if credential_in(&argo.repository).is_some() {
                let why = "an address with a password is in every clone of the repository";
                problems.forbidden(here, why).help("give the password to Argo CD as a repository Secret");
            } else if argo.repository.trim().is_empty() {
                problems.invalid(here, &argo.repository, "expected the address of a git repository");
            }
        }
        let paths = [
            ("argo.path", argo.as_ref().and_then(|argo| argo.path.as_ref())),
            ("flux.path", flux.as_ref().and_then(|flux| flux.path.as_ref())),
        ];
        for (field, path) in paths {
            if let Some(path) = path.filter(|path| !is_below(path)) {
                problems.invalid(
                    scope.at(field),
                    path,
                    "expected a folder below the repository's root, such as `postgres/dist`",
                );
            }
        }
    }
}

/// Whether it is a folder below another one, by its spelling.
fn is_below(path: &str) -> bool {
    !path.is_empty() && path.split('/').all(|part| !part.is_empty() && part != ".." && part != ".")
}
