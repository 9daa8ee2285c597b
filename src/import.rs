//! From manifests that run to an app that renders the same objects: everything into the overlay first, then a field at a time
//! into the construct's own, wherever the rendering stays equal. Nothing is believed: the app is read, rendered and compared.

mod comments;
mod compact;
mod credentials;
mod lift;
mod read;
mod rust;

use indexmap::IndexMap;
use pgsynth_constructs::base::Problem;
use pgsynth_constructs::crds::postgresql::Postgresql;
use pgsynth_constructs::release::ReleaseName;
use pgsynth_constructs::values::{Label, Platform};
use pgsynth_constructs::{App, Chart, Cluster, Namespace, Past};

pub use crate::manifests::Source;

use crate::{load, manifests};
use read::{Found, Home, Origin};

/// What the app is to be called, and what it is for.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its name.
    pub name: String,
    /// Its release.
    pub release: ReleaseName,
    /// What the Kubernetes cluster runs on.
    pub platform: Platform,
}

/// An app that renders what the manifests say, and what became of each of them.
#[derive(Debug)]
pub struct Imported {
    /// The app file.
    pub text: String,
    /// The app; where nothing could be imported it has no clusters.
    pub app: App,
    /// What became of each cluster and operator, in the order of the manifests.
    pub rows: Vec<Row>,
    /// What was not looked at.
    pub notes: Vec<String>,
}

/// What became of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The object: `postgresql shop/acme-orders`.
    pub label: String,
    /// Fields of the construct that were found for it.
    pub typed: Vec<String>,
    /// Fields that stay in the operator's words.
    pub overlay: Vec<String>,
    /// What the API server drops as well, and therefore never was.
    pub dropped: Vec<String>,
    /// What is not as it was, and why.
    pub lost: Vec<String>,
    /// Why it is not imported at all.
    pub refused: Option<String>,
}

impl Row {
    /// Whether the app renders the same object.
    pub fn is_lossless(&self) -> bool {
        self.lost.is_empty() && self.refused.is_none()
    }
}

/// Imports the clusters in these texts, under the operator among them.
///
/// # Errors
/// The app that was made is not one, which is a fault of the import and not of the manifests.
pub fn import(sources: &[Source], settings: &Settings) -> Result<Imported, Problem> {
    let mut documents = read::documents(sources);
    // Values of charts that stand as a text in an Application of Argo CD.
    let nested: Vec<Source> =
        documents.iter().filter_map(|document| document.as_ref().ok()).flat_map(manifests::nested).collect();
    documents.extend(read::documents(&nested));
    let Found { clusters, operator, mut rows, mut notes } =
        read::find(&documents, settings.release.release());
    let mut app = App::new(settings.name.as_str(), settings.release, settings.platform);
    let (external, of_operator) = match operator {
        Some((external, row, origin)) => {
            rows.push(row);
            (external, Some(origin))
        }
        None => (read::assumed(), None),
    };
    app.external_operator = Some(external);
    let mut origins: Vec<(String, Origin)> =
        of_operator.map(|origin| ("externalOperator".to_owned(), origin)).into_iter().collect();
    for read::Cluster { mut resource, mut row, origin } in clusters {
        credentials::take(&mut resource, &mut row);
        if let Some(path) = credentials::left(&resource) {
            row.refused =
                Some(format!("{path}: it looks like a credential; read it from a Secret there first"));
            rows.push(row);
            continue;
        }
        if resource.metadata.namespace.as_ref().is_none_or(String::is_empty) {
            notes.push(format!("{}: no namespace is named, and `default` is assumed", row.label));
        }
        let home = read::place(&resource);
        match cluster(&app, &resource, &mut row) {
            Ok(cluster) => match add(&mut app, &home, cluster) {
                Ok(()) => origins.push((format!("charts.{}.clusters.{}", home.chart, home.name), origin)),
                Err(why) => row.refused = Some(why),
            },
            // What cannot be read of the version says more than that it is missing.
            Err(why) => {
                let of_version = row.lost.iter().find(|lost| lost.starts_with("spec.postgresql.version: "));
                row.refused = Some(of_version.cloned().unwrap_or(why));
            }
        }
        rows.push(row);
    }
    let plain = compact::text(&app)?;
    let with_comments = comments::keep(plain.clone(), &app, &origins);
    // What was written is what is meant.
    let same = |read: &App| serde_json::to_value(read).ok() == serde_json::to_value(&app).ok();
    if let Some(read) = load::app("apps/imported.yaml", with_comments.as_bytes()).ok().filter(same) {
        return Ok(Imported { text: with_comments, app: read, rows, notes });
    }
    notes.push("the comments could not be kept: they stand where none can stand in the app".to_owned());
    let read = load::app("apps/imported.yaml", plain.as_bytes())?;
    Ok(Imported { text: plain, app: read, rows, notes })
}

impl Imported {
    /// The app as Rust, for a project whose apps are a crate; comments are the app file's alone.
    ///
    /// # Errors
    /// The app file is none, which is a fault of the import.
    pub fn rust(&self) -> Result<String, Problem> {
        let text = compact::text(&self.app)?;
        let value =
            serde_yaml::from_str(&text).map_err(|error| Problem::invalid("", "", error.to_string()))?;
        Ok(rust::source(&value))
    }
}

/// Puts a cluster into the chart of its namespace.
fn add(app: &mut App, home: &Home, cluster: Cluster) -> Result<(), String> {
    let wrong = |error: pgsynth_constructs::values::SectionError| error.to_string();
    let Home { chart, namespace, name } = home;
    if app.charts.get(chart).is_none() {
        let namespace: Label = namespace.parse().map_err(|wrong| format!("metadata.namespace: {wrong}"))?;
        app.charts.add(chart, Chart::new(Namespace::existing(namespace))).map_err(wrong)?;
    }
    let section = app.charts.get_mut(chart).ok_or("the chart was just added")?;
    section.clusters.add(name, cluster).map(|_| ()).map_err(wrong)
}

/// The cluster that renders this object, as far as possible in its own fields.
fn cluster(app: &App, resource: &Postgresql, row: &mut Row) -> Result<Cluster, String> {
    let home = read::place(resource);
    let mut frame = app.clone();
    frame.charts = Default::default();
    let renders = |cluster: &Cluster| -> Result<Postgresql, String> {
        let mut one = frame.clone();
        add(&mut one, &home, cluster.clone())?;
        rendered(&one)
    };
    let mut cluster = lift::all_in_the_overlay(resource)?;
    let first = renders(&cluster)?;
    let given = IndexMap::new();
    let kept = first.spec == resource.spec
        && first.metadata.labels.as_ref().unwrap_or(&given)
            == resource.metadata.labels.as_ref().unwrap_or(&given)
        && first.metadata.annotations.as_ref().unwrap_or(&given)
            == resource.metadata.annotations.as_ref().unwrap_or(&given);
    if !kept {
        return Err("it is rendered in another way than it is written".to_owned());
    }
    row.typed.extend(["team", "postgres", "instances", "volume"].map(str::to_owned));
    for (field, lift) in lift::LIFTS {
        let mut lifted = cluster.clone();
        if lift(&mut lifted) && renders(&lifted).is_ok_and(|same| same == first) {
            row.typed.push((*field).to_owned());
            cluster = lifted;
        }
    }
    lift::tidy(&mut cluster);
    if !renders(&cluster).is_ok_and(|same| same == first) {
        return Err("it is rendered in another way than it is written".to_owned());
    }
    row.overlay = lift::left(&cluster);
    Ok(cluster)
}

/// The one cluster that an app renders.
fn rendered(app: &App) -> Result<Postgresql, String> {
    let valid = app.validate(&Past::default()).map_err(|problems| {
        problems
            .errors
            .first()
            .map_or_else(String::new, |problem| format!("{}: {}", problem.path, problem.sentence()))
    })?;
    let object = valid.objects().iter().find_map(|object| object.downcast::<Postgresql>());
    object.cloned().ok_or_else(|| "nothing is rendered".to_owned())
}
