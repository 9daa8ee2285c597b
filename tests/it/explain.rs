//! `pgsynth explain`: rules, clusters and fields.

use crate::project::{APP, Project};

#[test]
fn a_cluster_is_explained_whole() {
    let app = APP.replace(
        "access: [{namespace: shop}]",
        "access: [{namespace: shop}], pooler: {}, env: [{name: SCOPE, value: x}, {name: PGPASSWORD, value: hunter2}, {name: pgpassword, value: y}], pgHba: [local all all trust, hostssl replication standby all scram-sha-256, hostssl all all all scram-sha-256]",
    );
    let project = Project::new().app(&app);
    let said = project.run(&["explain", "shop/main"]);
    assert_eq!(said.code, 0, "{}", said.err);
    insta::assert_snapshot!(said.out);
    assert!(!said.out.contains("hunter2"));
    // By its name alone as well.
    assert_eq!(project.run(&["explain", "main"]).out, said.out);
    let said = project.run(&["explain", "shop/mian"]);
    assert!(said.code == 2 && said.err.contains("did you mean `shop/main`?"), "{}", said.err);
}

#[test]
fn a_field_and_a_rule_are_explained_anywhere() {
    let folder = Project::new();
    for (word, lines) in [
        (
            "charts.shop.clusters.orders.instances",
            &["takes: a whole number, 0 to 100", "default: 2", "a change: none"][..],
        ),
        ("parameters", &["PostgreSQL's settings", "a change: reload"]),
        ("platform", &["one of `hetzner`, `k3s`, `other`", "it must be there"]),
        ("stores.offsite.hetzner", &["below it: location"]),
        ("spec.patroni.pg_hba", &["a change: roll"]),
        ("T98", &["unknown-owner"]),
        ("not-resolved", &["filled in by another tool"]),
    ] {
        let said = folder.run(&["explain", word]);
        assert_eq!(said.code, 0, "{word}: {}", said.err);
        for line in lines {
            assert!(said.out.contains(line), "{word}: `{line}` is not in\n{}", said.out);
        }
    }
}
