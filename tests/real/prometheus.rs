//! Rules as Prometheus' own tool reads them: they are correct, every alert fires on what it is for and on nothing beside
//! it, and two clusters of one namespace never mix.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};
use pgsynth::constructs::Past;
use pgsynth::load;
use serde::Deserialize;
use serde_yaml::{Mapping, Value};

mod fleet;
mod running;
mod sentences;

pub use running::Prometheus;

use super::parts::{self, needing};

const PARTS: &[&str] = &["promtool"];

pub fn trials() -> Vec<Trial> {
    vec![
        needing(PARTS, "prometheus::rules_are_correct", correct),
        needing(PARTS, "prometheus::every_alert_fires_and_is_silent", fire),
        needing(PARTS, "prometheus::what_one_cluster_says_is_its_own", fleet::exceptions),
        needing(PARTS, "prometheus::each_alert_fires_once_for_any_number_of_clusters", fleet::sizes),
        needing(&["prometheus"], "prometheus::every_expression_runs_on_recorded_series", runs),
    ]
}

/// Two clusters of one namespace with everything on.
fn app(prometheus_operator: bool) -> String {
    format!(
        "pgsynth: v1\nrelease: '2026.11'\nname: figures\nplatform: other\n\
         templates:\n  all: &all {{team: acme, postgres: 18, instances: 2, volume: {{size: 1Gi}}, backup: b, pooler: {{}}, highAvailability: {{synchronous: true}}, resources: {{cpuLimit: 2}}, users: {{app: []}}, databases: {{app: {{owner: app}}}}, monitoring: {{}}, generation: 2, restore: {{path: 's3://acme/spilo/shop/old/1/wal', at: '2026-11-24T10:00:00Z', backup: b, method: CLONE_WITH_WALG}}, spec: {{enableLogicalBackup: true, volume: {{iops: 3000, throughput: 125}}}}}}\n\
         externalOperator: {{namespace: postgres-operator, watch: all, podEnvironment: [], configuration: {{logical_backup: {{logical_backup_s3_bucket: dumps, logical_backup_s3_region: r}}}}}}\n\
         stores: {{s: {{hetzner: {{location: fsn1, bucket: acme}}, credentials: keys}}}}\n\
         backups: {{b: {{store: s, schedule: '0 1 * * *', keep: 14d, rpo: 5m, drill: {{schedule: '0 4 * * 0'}}, dumps: {{schedule: '0 3 * * 0', keep: 30d}}}}}}\n\
         monitoring: {{prometheusOperator: {prometheus_operator}, resourceStatus: true, runbooks: 'https://example.com/runbooks'}}\n\
         charts: {{shop: {{namespace: shop, clusters: {{main: {{<<: *all}}, main-2: {{<<: *all}}}}}}}}\n"
    )
}

pub fn documents(app: &str) -> Result<Vec<Value>, Failed> {
    let app = load::app("figures.yaml", app.as_bytes()).map_err(|problem| problem.to_string())?;
    let valid = app.validate(&Past::default()).map_err(|problems| problems.to_string())?;
    let manifests = pgsynth::synth::bundle(&valid).manifests();
    let monitoring = manifests.iter().filter(|manifest| manifest.name.starts_with("60-"));
    let documents = monitoring.flat_map(|manifest| serde_yaml::Deserializer::from_slice(&manifest.bytes));
    documents.map(|document| Value::deserialize(document).map_err(|error| error.to_string().into())).collect()
}

/// Groups of both clusters, by name.
fn groups() -> Result<Vec<Value>, Failed> {
    Ok(groups_of(&documents(&app(true))?))
}

/// Groups of every rule among these documents.
pub fn groups_of(documents: &[Value]) -> Vec<Value> {
    let rules = documents.iter().filter(|document| document["kind"] == "PrometheusRule");
    rules.flat_map(|rule| rule["spec"]["groups"].as_sequence().cloned().unwrap_or_default()).collect()
}

fn promtool(folder: &Path, arguments: &[&str]) -> Result<(), Failed> {
    let output = Command::new(parts::get("promtool")).current_dir(folder).args(arguments).output()?;
    match output.status.success() {
        true => Ok(()),
        false => {
            let text = format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
            Err(text.into())
        }
    }
}

pub fn file(groups: &[&Value]) -> Result<String, Failed> {
    let mut file = Mapping::new();
    file.insert("groups".into(), Value::Sequence(groups.iter().map(|group| (*group).clone()).collect()));
    Ok(serde_yaml::to_string(&file)?)
}

fn correct() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let groups = groups()?;
    fs::write(folder.path().join("rules.yaml"), file(&groups.iter().collect::<Vec<_>>())?)?;
    promtool(folder.path(), &["check", "rules", "--lint=all", "--lint-fatal", "rules.yaml"])?;
    // Where `cluster` means another thing, no rule says it.
    let renamed = app(true)
        .replace("monitoring: {prometheusOperator", "monitoring: {clusterLabel: db, prometheusOperator");
    let groups = groups_of(&documents(&renamed)?);
    let text = file(&groups.iter().collect::<Vec<_>>())?;
    for word in
        ["(namespace, cluster", "cluster=", "cluster!=", "\"cluster\"", "labels.cluster", "cluster: main"]
    {
        if text.contains(word) {
            return Err(format!("`{word}` is left").into());
        }
    }
    // A word in the name of the app is no label.
    let named = renamed.replace("name: figures", "name: pg-cluster");
    let groups = groups_of(&documents(&named)?);
    if file(&groups.iter().collect::<Vec<_>>())?.contains("pg-db\"") {
        return Err("the name of the app was taken for a label".into());
    }
    // A rule of one cluster alone is none that there is already.
    let own = app(true).replace(
        "monitoring: {}, generation",
        "monitoring: {alerts: {PostgresRpoViolated: {for: 10m}}}, generation",
    );
    let groups = groups_of(&documents(&own)?);
    fs::write(folder.path().join("own-wait.yaml"), file(&groups.iter().collect::<Vec<_>>())?)?;
    promtool(folder.path(), &["check", "rules", "--lint=all", "--lint-fatal", "own-wait.yaml"])?;
    fs::write(folder.path().join("renamed.yaml"), text)?;
    promtool(folder.path(), &["check", "rules", "--lint=all", "--lint-fatal", "renamed.yaml"])?;
    // The same for a Prometheus without an operator, with its scrape configuration.
    for document in
        documents(&app(false))?.iter().filter(|document| !document["data"]["scrape.yaml"].is_null())
    {
        fs::write(
            folder.path().join("own.yaml"),
            document["data"]["rules.yaml"].as_str().unwrap_or_default(),
        )?;
        promtool(folder.path(), &["check", "rules", "--lint=all", "--lint-fatal", "own.yaml"])?;
        fs::write(
            folder.path().join("prometheus.yaml"),
            document["data"]["scrape.yaml"].as_str().unwrap_or_default(),
        )?;
        promtool(folder.path(), &["check", "config", "--syntax-only", "prometheus.yaml"])?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct Fixture {
    at: String,
    fires: Vec<String>,
    silent: Vec<String>,
}

/// A series of the fixtures as promtool reads it, for one of the clusters.
fn series(text: &str, cluster: &str, minutes: u32) -> Result<Value, Failed> {
    let text = text.replace("$cluster", cluster);
    let (series, values) = text
        .rsplit_once("}=")
        .map_or_else(|| text.split_once('='), |(series, values)| Some((series, values)))
        .ok_or("no value")?;
    let series = if text.contains("}=") { format!("{series}}}") } else { series.to_owned() };
    let (name, extra) = series.split_once('{').unwrap_or((&series, "}"));
    let extra = extra.trim_end_matches('}');
    let (name, member) = name.split_once('#').unwrap_or((name, "0"));
    // What a rendered PodMonitor reads has the cluster's name; figures of Kubernetes have none.
    let of_kubernetes = ["kube_", "kubelet_", "container_"].iter().any(|prefix| name.starts_with(prefix));
    let pod = if name.starts_with("pgbouncer") {
        format!("{cluster}-pooler-{member}")
    } else {
        format!("{cluster}-{member}")
    };
    let mut labels: BTreeMap<String, String> = [
        ("namespace", "shop".to_owned()),
        ("pod", pod),
        ("persistentvolumeclaim", format!("pgdata-{cluster}-{member}")),
        ("cronjob", format!("logical-backup-{cluster}")),
        ("job_name", format!("logical-backup-{cluster}-1")),
        ("container", "postgres".to_owned()),
        ("scope", cluster.to_owned()),
        ("datname", "app".to_owned()),
        ("database", "app".to_owned()),
        ("name", "app".to_owned()),
        ("slot_name", "orders".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    if !of_kubernetes {
        labels.insert("cluster".to_owned(), cluster.to_owned());
    }
    for pair in extra.split(',').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').ok_or("no label")?;
        labels.insert(name.to_owned(), value.trim_matches('"').replace("CLUSTER", cluster));
    }
    let labels: Vec<_> = labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
    // One value a minute, as long as the test looks.
    let values = match values {
        steps if steps.ends_with('…') => format!("{}x{minutes}", steps.trim_end_matches('…')),
        growing if growing.ends_with("/m") => format!("{}x{minutes}", growing.trim_end_matches("/m")),
        constant => format!("{constant}x{minutes}"),
    };
    let mut item = Mapping::new();
    item.insert("series".into(), format!("{name}{{{}}}", labels.join(",")).into());
    item.insert("values".into(), values.into());
    Ok(item.into())
}

fn minutes(at: &str) -> Result<u32, Failed> {
    match at.split_at(at.len() - 1) {
        (number, "h") => Ok(number.parse::<u32>()? * 60),
        (number, _) => Ok(number.parse()?),
    }
}

/// A server that gives every caller the recorded series.
fn recorded() -> Result<u16, Failed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/monitoring/samples");
    let mut text = String::new();
    for file in ["postgres_exporter-0.20.1-pg15.prom", "patroni-4.1.0.prom"] {
        text += &fs::read_to_string(folder.join(file))?;
    }
    // The recording left PostgreSQL's settings out.
    text += "pg_settings_max_connections 100\npg_settings_superuser_reserved_connections 3\n";
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                text.len()
            );
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(text.as_bytes()));
        }
    });
    Ok(port)
}

/// A real Prometheus loads the rules, reads recorded series, and evaluates every rule and every panel.
fn runs() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let groups = groups()?;
    fs::write(folder.path().join("rules.yaml"), file(&groups.iter().collect::<Vec<_>>())?)?;
    let target = recorded()?;
    let configuration = format!(
        "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: [rules.yaml]\nscrape_configs:\n\
         - job_name: recorded\n  static_configs: [{{targets: ['127.0.0.1:{target}'], labels: {{namespace: shop, cluster: main, pod: main-0}}}}]\n"
    );
    fs::write(folder.path().join("prometheus.yaml"), configuration)?;
    let prometheus = Prometheus::start(folder.path())?;
    // Everything that these series can give has been recorded.
    let start = Instant::now();
    let there = |expr: &str| {
        prometheus
            .query(expr)
            .is_ok_and(|answer| answer["data"]["result"].as_array().is_some_and(|result| !result.is_empty()))
    };
    while !there("pgsynth:transactions:rate5m") {
        if start.elapsed() > Duration::from_secs(60) {
            return Err(
                format!("nothing is recorded: {}", fs::read_to_string(folder.path().join("log"))?).into()
            );
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    let rules: serde_json::Value = serde_json::from_str(&prometheus.ask("/api/v1/rules")?)?;
    for rule in rules["data"]["groups"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|group| group["rules"].as_array().into_iter().flatten())
    {
        if rule["health"] == "err" {
            return Err(format!("{}: {}", rule["name"], rule["lastError"]).into());
        }
    }
    let mut asked = 0;
    for document in documents(&app(true))? {
        for (key, text) in document["data"].as_mapping().into_iter().flatten() {
            let of_dashboard = key.as_str().is_some_and(|key| key.ends_with(".json"));
            if !of_dashboard {
                continue;
            }
            let dashboard: serde_json::Value = serde_json::from_str(text.as_str().unwrap_or_default())?;
            for target in dashboard["panels"]
                .as_array()
                .into_iter()
                .flatten()
                .flat_map(|panel| panel["targets"].as_array().into_iter().flatten())
            {
                let expr = target["expr"].as_str().unwrap_or_default();
                let answer = prometheus.query(expr)?;
                if answer["status"] != "success" {
                    return Err(format!("{expr}: {answer}").into());
                }
                asked += 1;
            }
        }
    }
    // What the exporter and Patroni give is not only understood: it is there.
    for expr in [
        "pgsynth:connections:ratio",
        "pgsynth:database_size_bytes:max",
        "pgsynth:transaction_active_seconds:mean5m or pgsynth:transactions:rate5m",
        "pgsynth:wal_position_bytes:max",
        "pg_stat_activity_count{namespace=\"shop\",pod=~\"main-[0-9]+\"}",
    ] {
        if !there(expr) {
            return Err(format!("{expr} gives nothing").into());
        }
    }
    // No alert that needs an hour to be true fires on a healthy primary, and none of the other cluster's figures are there.
    if there("pgsynth:connections:ratio{cluster=\"main-2\"}") || asked < 40 {
        return Err(format!("{asked} panels were asked").into());
    }
    Ok(())
}

/// One test for each alert: in one cluster it fires, in the other, of the same namespace, it does not.
fn fire() -> Result<(), Failed> {
    let fixtures: BTreeMap<String, Fixture> = serde_yaml::from_str(&fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/monitoring/fixtures.yaml"),
    )?)?;
    let groups = groups()?;
    let name = |group: &Value| group["name"].as_str().unwrap_or_default().to_owned();
    const FIRST: [&str; 3] = ["clusters", "objectives", "records"];
    let kinds: Vec<String> = groups.iter().map(name).filter(|kind| !FIRST.contains(&kind.as_str())).collect();
    let (mut tested, mut failed, mut said) = (0, vec![], BTreeMap::new());
    for kind in &kinds {
        let folder = tempfile::tempdir()?;
        let order: Vec<String> = FIRST.into_iter().chain([kind.as_str()]).map(str::to_owned).collect();
        let own: Vec<_> =
            order.iter().filter_map(|wanted| groups.iter().find(|group| name(group) == *wanted)).collect();
        fs::write(folder.path().join("rules.yaml"), file(&own)?)?;
        let alerts: Vec<String> = own[3]["rules"]
            .as_sequence()
            .into_iter()
            .flatten()
            .filter_map(|rule| Some(rule["alert"].as_str()?.to_owned()))
            .collect();
        // Long tests look every ten minutes.
        let (mut short, mut long) = (vec![], vec![]);
        for alert in &alerts {
            let fixture = fixtures.get(alert).ok_or_else(|| format!("{alert} has no fixture"))?;
            let end = minutes(&fixture.at)?;
            let mut input = vec![];
            for (cluster, of_cluster) in [("main", &fixture.fires), ("main-2", &fixture.silent)] {
                for text in of_cluster {
                    input.push(series(text, cluster, end + 60)?);
                }
            }
            let expect = |cluster: &str, value: u8| -> Result<Value, Failed> {
                Ok(serde_yaml::from_str(&format!(
                    "{{expr: '(count(ALERTS{{alertname=\"{alert}\",alertstate=\"firing\",cluster=\"{cluster}\",team=\"acme\"}}) > bool 0) or on () vector(0)', eval_time: {}, exp_samples: [{{labels: '{{}}', value: {value}}}]}}",
                    fixture.at
                ))?)
            };
            let mut test = Mapping::new();
            test.insert("interval".into(), "1m".into());
            test.insert("name".into(), alert.as_str().into());
            test.insert("input_series".into(), Value::Sequence(input));
            test.insert(
                "promql_expr_test".into(),
                Value::Sequence(vec![expect("main", 1)?, expect("main-2", 0)?]),
            );
            // Nothing is expected, so that the tool says what there is.
            let words = format!("[{{alertname: {alert}, eval_time: {}}}]", fixture.at);
            let mut words: Mapping =
                [("alert_rule_test".into(), serde_yaml::from_str(&words)?)].into_iter().collect();
            words.extend(
                test.iter()
                    .filter(|(key, _)| *key != "promql_expr_test")
                    .map(|(key, value)| (key.clone(), value.clone())),
            );
            if end >= 720 {
                long.push((Value::from(test), Value::from(words)))
            } else {
                short.push((Value::from(test), Value::from(words)))
            }
            tested += 1;
        }
        for (interval, tests) in [("1m", short), ("10m", long)] {
            if tests.is_empty() {
                continue;
            }
            let (tests, words): (Vec<_>, Vec<_>) = tests.into_iter().unzip();
            let run = |tests: Vec<Value>| -> Result<(), Failed> {
                let mut test = Mapping::new();
                test.insert("rule_files".into(), Value::Sequence(vec!["rules.yaml".into()]));
                test.insert("evaluation_interval".into(), interval.into());
                test.insert(
                    "group_eval_order".into(),
                    order.iter().map(|name| Value::from(name.as_str())).collect::<Vec<_>>().into(),
                );
                test.insert("tests".into(), Value::Sequence(tests));
                fs::write(folder.path().join("test.yaml"), serde_yaml::to_string(&test)?)?;
                promtool(folder.path(), &["test", "rules", "test.yaml"])
            };
            if let Err(error) = run(tests) {
                failed.push(error.message().unwrap_or_default().to_owned());
            }
            let Err(answer) = run(words) else { return Err("alerts that are not expected pass".into()) };
            said.extend(sentences::of(answer.message().unwrap_or_default()));
        }
    }
    if !failed.is_empty() {
        return Err(failed.join("\n").into());
    }
    sentences::compare(&said)?;
    match tested == fixtures.len() {
        true => Ok(()),
        false => Err(format!("{tested} alerts are rendered, and {} have fixtures", fixtures.len()).into()),
    }
}
