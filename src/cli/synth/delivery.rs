//! `--to`: where a delivery is written, what it needs of the app, and what comes next.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use pgsynth_constructs::Valid;
use pgsynth_constructs::base::{Kind, Problem};

use crate::deliver::{argo, flux, terraform};
use crate::synth::Bundle;

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub(super) enum Delivery {
    /// A Terraform module, one resource of provider `alekc/kubectl` for each object
    Terraform,
    /// An Application of Argo CD, by `delivery.argo` of the app
    Argo,
    /// A Kustomization of Flux, by `delivery.flux` of the app
    Flux,
}

impl Delivery {
    /// Where it is written below the project, where nobody says another folder.
    pub(super) fn folder(self, app: &str) -> PathBuf {
        let name = match self {
            Self::Terraform => "terraform",
            Self::Argo => "argo",
            Self::Flux => "flux",
        };
        Path::new(name).join(app)
    }

    /// What makes it impossible.
    pub(super) fn missing(self, valid: &Valid) -> Vec<Problem> {
        let delivery = &valid.app().delivery;
        let missing = |field: &str, example: &str| {
            let mut problem =
                Problem::new(Kind::Required, field, "says what is to apply the output, and is missing");
            problem.help(format!("write `delivery: {{{example}}}` in the app"));
            vec![problem]
        };
        match self {
            Self::Terraform => terraform::collisions(valid),
            Self::Argo if delivery.argo.is_none() => {
                missing("delivery.argo", "argo: {repository: \"https://git.example.org/infra.git\"}")
            }
            Self::Flux if delivery.flux.is_none() => missing("delivery.flux", "flux: {source: infra}"),
            Self::Argo | Self::Flux => vec![],
        }
    }

    /// What is written, where nothing of it is missing.
    pub(super) fn bundle<'a>(self, valid: &'a Valid) -> Bundle<'a> {
        const TOLD: &str = "what is missing was told before";
        let delivery = &valid.app().delivery;
        match self {
            Self::Terraform => terraform::module(valid).expect(TOLD),
            Self::Argo => argo::application(valid, delivery.argo.as_ref().expect(TOLD)),
            Self::Flux => flux::kustomization(valid, delivery.flux.as_ref().expect(TOLD)),
        }
    }

    /// What to do with it for the first time.
    pub(super) fn next(self, folder: &str) -> String {
        match self {
            Self::Terraform => format!(
                "call it from a root module that requires and configures the provider `kubectl` of `alekc/kubectl`:\n  \
                 module \"postgres\" {{ source = \"./{folder}\" }}\n  \
                 pgsynth list --secrets   # the Secrets that must exist\n  \
                 terraform init && terraform apply"
            ),
            Self::Argo | Self::Flux => format!(
                "apply it once, from then on it applies the output:\n  \
                 pgsynth list --secrets   # the Secrets that must exist\n  \
                 kubectl apply -f {folder}/"
            ),
        }
    }
}
