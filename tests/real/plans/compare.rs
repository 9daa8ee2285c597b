//! What the comparison has to see: one change each, between the scratch instance and what was restored.

use std::path::PathBuf;

use libtest_mimic::Failed;

use super::whole::{ODD, damaged, quoted};

/// A change of the restored database, and which of the means has to see it.
const CHANGES: &[(&str, &str)] = &[
    (
        "ALTER TABLE data.everything REPLICA IDENTITY DEFAULT; UPDATE data.everything SET f8 = f8 + 1e-12 WHERE id = 3",
        "rows",
    ),
    ("SELECT setval('data.free', 77)", "rows"),
    ("SELECT lo_put(900007, 10, '\\x01')", "rows"),
    ("SELECT lo_unlink(900008)", "rows"),
    ("UPDATE data.t05 SET a = NULL WHERE id = 1", "rows"),
    ("ALTER TABLE data.child REPLICA IDENTITY FULL; UPDATE data.child SET extra = 3", "rows"),
    ("DROP INDEX data.everything_ts_idx", "schema"),
    ("GRANT SELECT ON data.t06 TO app_rw", "schema"),
    ("DROP POLICY p ON data.rls", "schema"),
    ("ALTER TABLE data.t07 OWNER TO app_rw", "schema"),
    ("ALTER SCHEMA data OWNER TO app_rw", "catalog"),
    ("ALTER DATABASE NAME SET work_mem = '9MB'", "database"),
    ("GRANT CREATE ON DATABASE NAME TO app_ro", "database"),
];

pub fn differences(bin: PathBuf) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let (world, at) = damaged(bin, folder.path())?;
    let plan = world.plan(ODD, &at, &[]);
    plan.done("restore")?;
    let restored = plan.variable("RESTORED");
    let mark =
        format!("COMMENT ON DATABASE {} IS 'pgsynth: restored {}'", quoted(&restored), plan.variable("PLAN"));
    let text = std::fs::read_to_string(plan.script("restore"))?;
    // The step without the copy, which would begin anew.
    std::fs::write(plan.script("restore"), text.replace("roles extensions copy compare", "compare"))?;
    for (change, means) in CHANGES {
        let change = change.replace("NAME", &quoted(&restored));
        world.sql("postgres", &mark)?;
        world.sql("postgres", &format!("CREATE DATABASE kept TEMPLATE {}", quoted(&restored)))?;
        world.sql(&restored, &change)?;
        let line = super::world::said("restore", &plan.run("restore", &[]), "stopped")
            .map_err(|error| format!("`{change}` is not seen: {error}"))?;
        let found = &line["compared"][means];
        assert!(*found != 0 && *found != "", "`{change}` is not seen by {means}: {line}");
        world.sql("postgres", &format!("DROP DATABASE {}", quoted(&restored)))?;
        world.sql("postgres", &format!("ALTER DATABASE kept RENAME TO {}", quoted(&restored)))?;
        // A copy has neither owner, settings nor rights of its own.
        world.sql("postgres", &format!("ALTER DATABASE {} OWNER TO app_rw", quoted(&restored)))?;
        plan.properties(&world, &restored)?;
    }
    world.sql("postgres", &mark)?;
    plan.done("restore")?;
    Ok(())
}
