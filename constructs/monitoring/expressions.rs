//! What stands for what in the expressions of rules and panels.

use super::alerts::When;

/// The label that carries a cluster's name where nobody chooses another.
pub(super) const CLUSTER: &str = "cluster";

/// One series a cluster: which clusters an app has, and what of each.
pub(super) const INFO: &str = "pgsynth:cluster_info";

/// Label of that series with the app's name, so that the rules of two apps never speak of one cluster.
pub(super) const APP: &str = "part_of";

/// What all expressions of an app have in common.
#[derive(Clone, Debug)]
pub(crate) struct Expressions<'a> {
    pub(super) app: &'a str,
    /// The label that carries a cluster's name.
    pub(super) label: &'a str,
    /// Labels that alerts and recorded series take over from [`INFO`].
    pub(super) taken: String,
    /// How far back base backups are looked for, in seconds.
    pub(super) oldest: u64,
}

impl Expressions<'_> {
    /// An expression in which the cluster's label has its name: the word `cluster`, wherever it stands alone.
    pub(super) fn named(&self, expr: &str) -> String {
        if self.label == CLUSTER {
            return expr.to_owned();
        }
        let of_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | ':');
        let mut named = String::new();
        let mut rest = expr;
        while let Some(at) = rest.find(CLUSTER) {
            let (before, after) = (&rest[..at], &rest[at + CLUSTER.len()..]);
            let whole = !before.ends_with(of_word) && !after.starts_with(of_word);
            named += before;
            named += if whole { self.label } else { CLUSTER };
            rest = after;
        }
        named + rest
    }

    /// Matchers of [`INFO`] for the clusters of an app that have something, or for one of them.
    pub(super) fn matchers(&self, when: When, one: Option<(&str, &str)>) -> String {
        let mut matchers = format!(r#"{APP}="{}""#, self.app);
        if let Some((name, matcher)) = when.feature() {
            matchers += &format!(",{name}{matcher}");
        }
        if let Some((namespace, cluster)) = one {
            matchers += &format!(r#",namespace="{namespace}",{}="{cluster}""#, self.label);
        }
        matchers
    }

    /// A series of the app's clusters: an `objective` or an `exception`, by its name.
    pub(super) fn series(&self, kind: &str, name: &str) -> String {
        format!(r#"pgsynth:{kind}{{{APP}="{}",name="{name}"}}"#, self.app)
    }

    /// The same number for each cluster that these matchers choose.
    pub(super) fn each(&self, matchers: &str, number: f64) -> String {
        format!("group by (namespace, {}) ({INFO}{{{matchers}}}) * {number}", self.label)
    }

    /// An expression with its placeholders filled in, for the clusters that these matchers choose.
    pub(super) fn fill(&self, expr: &str, matchers: &str) -> String {
        let job = |name: &str| {
            format!(
                r#"label_replace({INFO}{{{matchers},{name}!=""}}, "cronjob", "$1", "{name}", "(.+)")"#,
                matchers = self.matchers(When::Always, None)
            )
        };
        let objective = |name: &str| self.series("objective", name);
        let fixed = [
            ("$oldest", format!("{}s", self.oldest)),
            ("$pod", r#""cluster", "$1", "pod", "(.+)-[0-9]+""#.to_owned()),
            ("$claim", r#""cluster", "$1", "persistentvolumeclaim", "pgdata-(.+)-[0-9]+""#.to_owned()),
            ("$job", r#""cronjob", "$1", "job_name", "(.+)-[0-9]+""#.to_owned()),
            // Targets of the rendered PodMonitors, and no other exporter's.
            ("$S", r#"cluster!="""#.to_owned()),
            ("$V", r#"persistentvolumeclaim=~"pgdata-.+""#.to_owned()),
            ("$D", r#"datname!~"template[01]""#.to_owned()),
        ];
        // Names that users chose come last: the word `cluster` in one of them is no label.
        let of_app = [
            ("$throughput", objective("throughput")),
            ("$iops", objective("iops")),
            ("$rpo", objective("rpo")),
            ("$drill", job("drill")),
            ("$dumps", job("dumps")),
            ("$logical", job("logical_backup")),
            ("$A", matchers.to_owned()),
        ];
        let fill = |expr: String, places: &[(&str, String)]| {
            places.iter().fold(expr, |expr, (name, value)| expr.replace(name, value))
        };
        fill(self.named(&fill(expr.to_owned(), &fixed)), &of_app)
    }

    /// What an expression says of the clusters that these matchers choose, with the labels that are known of them.
    pub(super) fn of_app(&self, expr: &str, matchers: &str) -> String {
        let expr = self.fill(expr, matchers);
        format!("({expr}) * on (namespace, {}) group_left ({}) {INFO}{{{matchers}}}", self.label, self.taken)
    }
}
