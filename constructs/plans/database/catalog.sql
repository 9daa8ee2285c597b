-- What no dump of a schema shows: versions and members of extensions, what is invalid or not filled, and how much of each kind.
SELECT 'extension', extname, extversion, nspname,
    (SELECT count(*) FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND refobjid = e.oid AND deptype = 'e')
  FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace ORDER BY 2;
SELECT 'invalid index', i.indexrelid::regclass FROM pg_index i WHERE NOT indisvalid OR NOT indisready ORDER BY 2;
SELECT 'view that is not filled', c.oid::regclass FROM pg_class c WHERE relkind = 'm' AND NOT relispopulated ORDER BY c.oid::regclass::text;
SELECT 'schema', nspname, pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname !~ '^pg_' ORDER BY 2;
SELECT 'count', relkind, relpersistence, count(*) FROM pg_class
  WHERE relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_' OR nspname = 'information_schema')
  GROUP BY 2, 3 ORDER BY 2, 3;
SELECT 'routines', count(*) FROM pg_proc WHERE oid >= 16384
  UNION ALL SELECT 'types', count(*) FROM pg_type WHERE oid >= 16384
  UNION ALL SELECT 'constraints ' || contype::text || convalidated::text, count(*) FROM pg_constraint WHERE oid >= 16384
    GROUP BY contype, convalidated
  UNION ALL SELECT 'triggers', count(*) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT 'policies', count(*) FROM pg_policy ORDER BY 1;
