//! Asking the rules: every one whose evidence is there, and a word about each of the others.

use std::fmt::Display;

use super::evidence::{ClusterEvidence, Evidence, RecordEvidence};
use super::rule::{Accepts, Change, Check, Level, Past, Rule};
use crate::crds::{At, Mirror};
use crate::parallel::each;
use crate::problems::{Kind, Problem, Undecided};
use crate::record::ClusterKey;
use crate::release::Versions;

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A cluster, by its place in the evidence; paths are those of its `spec`.
    Cluster(usize),
    /// The operator; paths are those of its configuration, or `podEnvironment`.
    Operator,
    /// A StorageClass, by its place in the evidence; paths are its own.
    Class(usize),
    /// A cluster of the record that there is still; paths are those of its record.
    Changed(ClusterKey),
    /// The record as a whole, or a cluster that is gone.
    Past,
}

/// A problem, and the object that it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The object.
    pub subject: Subject,
    /// How bad it is.
    pub level: Level,
    /// What is wrong; its path is one of the object's.
    pub problem: Problem,
}

/// What the rules found, and which of them could not be asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// What is wrong.
    pub found: Vec<Finding>,
    /// Rules that were not decided, for want of evidence or because the answer lies elsewhere.
    pub undecided: Vec<Undecided>,
    /// What each undecided entry is about, in the same order; nothing where it is about the whole.
    pub about: Vec<Option<Subject>>,
}

impl Findings {
    fn extend(&mut self, other: Self) {
        self.found.extend(other.found);
        self.undecided.extend(other.undecided);
        self.about.extend(other.about);
    }
}

/// Where a rule reports: its code and level are known, and the object that it looks at.
pub struct Report<'a> {
    rule: &'static Rule,
    subject: Subject,
    findings: &'a mut Findings,
}

impl Report<'_> {
    /// The same report about another cluster of the fleet.
    pub fn of(&mut self, cluster: usize) -> Report<'_> {
        Report { rule: self.rule, subject: Subject::Cluster(cluster), findings: self.findings }
    }

    fn about(&mut self, subject: Subject) -> &mut Self {
        self.subject = subject;
        self
    }

    fn add(&mut self, kind: Kind, path: impl Into<String>, message: impl Into<String>) -> &mut Problem {
        let problem = Problem { code: self.rule.code, ..Problem::new(kind, path, message) };
        let finding = Finding { subject: self.subject.clone(), level: self.rule.level, problem };
        self.findings.found.push(finding);
        &mut self.findings.found.last_mut().expect("it was just added").problem
    }

    /// Something must be given.
    pub fn required(&mut self, path: impl Into<String>, message: impl Into<String>) -> &mut Problem {
        self.add(Kind::Required, path, message)
    }

    /// A value breaks a rule.
    pub fn invalid(
        &mut self,
        path: impl Into<String>,
        value: impl Display,
        message: impl Into<String>,
    ) -> &mut Problem {
        self.add(Kind::Invalid, path, message).value(value)
    }

    /// A name is not one that is known.
    pub fn unknown(
        &mut self,
        path: impl Into<String>,
        value: impl Display,
        message: impl Into<String>,
    ) -> &mut Problem {
        self.add(Kind::Unknown, path, message).value(value)
    }

    /// A value is given twice.
    pub fn duplicate(
        &mut self,
        path: impl Into<String>,
        value: impl Display,
        message: impl Into<String>,
    ) -> &mut Problem {
        self.add(Kind::Duplicate, path, message).value(value)
    }

    /// Something may not be given here.
    pub fn forbidden(&mut self, path: impl Into<String>, message: impl Into<String>) -> &mut Problem {
        self.add(Kind::Forbidden, path, message)
    }

    /// A value is ignored, or becomes another.
    pub fn ineffective(&mut self, path: impl Into<String>, message: impl Into<String>) -> &mut Problem {
        self.add(Kind::Ineffective, path, message)
    }

    /// A value works, and may do harm.
    pub fn risky(&mut self, path: impl Into<String>, message: impl Into<String>) -> &mut Problem {
        self.add(Kind::Risky, path, message)
    }

    /// The answer lies in something that is not among the evidence.
    pub fn undecided(&mut self, path: impl Into<String>, why: impl Into<String>) {
        let undecided = Undecided { code: self.rule.code, path: path.into(), why: why.into() };
        self.findings.undecided.push(undecided);
        self.findings.about.push(Some(self.subject.clone()));
    }
}

/// Asks every rule that holds for these versions.
pub fn check(evidence: &Evidence, versions: &Versions) -> Findings {
    let rules: Vec<_> = super::all().filter(|rule| rule.applies.to(versions.operator)).collect();
    let mut findings = Findings::default();
    for rule in &rules {
        if let Some(why) = missing(rule, evidence) {
            findings.undecided.push(Undecided { code: rule.code, path: String::new(), why: why.to_owned() });
            findings.about.push(None);
        }
    }
    let found = each(
        evidence.clusters.iter().enumerate().collect(),
        || (),
        |(), (index, cluster)| {
            let mut findings = Findings::default();
            later_fields(cluster.spec(), versions, Subject::Cluster(index), &mut findings);
            for rule in &rules {
                let mut report = Report { rule, subject: Subject::Cluster(index), findings: &mut findings };
                of_cluster(rule, cluster, evidence, &mut report);
            }
            findings
        },
    );
    for own in found {
        findings.extend(own);
    }
    if let Some(operator) = evidence.operator {
        later_fields(&operator.facts.configuration, versions, Subject::Operator, &mut findings);
    }
    for rule in &rules {
        of_all(rule, evidence, &mut findings);
    }
    findings
}

/// Fields that came with a later operator than the release's.
fn later_fields<T: Mirror>(value: &T, versions: &Versions, subject: Subject, findings: &mut Findings) {
    let mut newer = vec![];
    value.newer(versions.operator, At::default(), &mut newer);
    for (path, since) in newer {
        let key = path.rsplit('.').next().unwrap_or_default().to_owned();
        let message = format!("operator {} does not have it; it came with {since}", versions.operator);
        let mut problem = Problem::new(Kind::Unknown, path, message);
        problem.value(key);
        findings.found.push(Finding { subject: subject.clone(), level: Level::Error, problem });
    }
}

fn of_cluster(rule: &'static Rule, cluster: &ClusterEvidence, evidence: &Evidence, report: &mut Report) {
    let operator = evidence.operator.map(|operator| operator.facts);
    match (rule.check, operator, evidence.platform) {
        (Check::Cluster(check), ..) => check(cluster, report),
        (Check::ClusterUnder(check), Some(operator), _) => check(cluster, operator, report),
        (Check::ClusterOn(check), Some(operator), Some(platform)) => {
            check(cluster, operator, platform, report);
        }
        _ => {}
    }
}

fn of_all(rule: &'static Rule, evidence: &Evidence, findings: &mut Findings) {
    let mut report = Report { rule, subject: Subject::Past, findings };
    match rule.check {
        Check::Fleet(check) => check(&evidence.clusters, &mut report),
        Check::FleetOn(check) => {
            if let (Some(operator), Some(platform)) = (evidence.operator, evidence.platform) {
                check(&evidence.clusters, operator.facts, platform, &mut report);
            }
        }
        Check::Operator(check) => {
            if let Some(operator) = &evidence.operator {
                check(operator, report.about(Subject::Operator));
            }
        }
        Check::Class(check) => {
            for (index, class) in evidence.classes.iter().enumerate() {
                check(class, report.about(Subject::Class(index)));
            }
        }
        Check::Change(check) => {
            for (key, change) in evidence.record.iter().flat_map(changes) {
                check(&change, report.about(Subject::Changed(key.clone())));
            }
        }
        Check::Past(check) => {
            if let Some(record) = &evidence.record {
                let accepted = Accepted(record);
                let RecordEvidence { before, after, retired, .. } = record;
                let past = Past { before, after, retired, accepted: &accepted };
                check(&past, &mut report);
            }
        }
        Check::Cluster(_) | Check::ClusterUnder(_) | Check::ClusterOn(_) | Check::Construct => {}
    }
}

/// What a rule needs and the evidence does not have.
fn missing(rule: &Rule, evidence: &Evidence) -> Option<&'static str> {
    let operator = || evidence.operator.is_none().then_some("the operator's configuration is not given");
    let platform =
        || evidence.platform.is_none().then_some("the platform of the Kubernetes cluster is not given");
    match rule.check {
        Check::ClusterUnder(_) if !evidence.clusters.is_empty() => operator(),
        Check::ClusterOn(_) | Check::FleetOn(_) if !evidence.clusters.is_empty() => {
            operator().or_else(platform)
        }
        Check::Operator(_) => operator(),
        Check::Change(_) | Check::Past(_) => {
            evidence.record.is_none().then_some("no record of an earlier rendering is given")
        }
        Check::Construct => Some("this rule needs information that only an app has"),
        _ => None,
    }
}

fn changes<'a>(record: &'a RecordEvidence) -> impl Iterator<Item = (&'a ClusterKey, Change<'a>)> {
    let RecordEvidence { before, after, ids, accepted, retired: _, classes } = record;
    after.clusters.iter().zip(ids).filter_map(move |((key, now), id)| {
        let known = before.clusters.get(key)?;
        let class = known.class.as_ref().and_then(|name| classes.iter().find(|class| class.name == *name));
        Some((key, Change { id, before: known, after: now, accepted: accepted.contains(id), class }))
    })
}

#[derive(Debug)]
struct Accepted<'a, 'b>(&'a RecordEvidence<'b>);

impl std::fmt::Debug for RecordEvidence<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordEvidence").field("ids", &self.ids).finish_non_exhaustive()
    }
}

impl Accepts for Accepted<'_, '_> {
    fn accepts(&self, key: &ClusterKey) -> bool {
        self.id(key).is_some_and(|id| self.0.accepted.iter().any(|accepted| accepted == id))
    }

    fn id(&self, key: &ClusterKey) -> Option<&str> {
        let RecordEvidence { after, ids, .. } = self.0;
        after.clusters.keys().zip(ids).find(|(known, _)| *known == key).map(|(_, id)| id.as_str())
    }
}
