-- A SELECT for each table that holds rows of its own, largest first: their count, and a checksum that does not depend on
-- their order. A tree that is partitioned by hash is one table: its rows may sit in other partitions after a restore,
-- because the hash of an enum is that of its OID.
WITH RECURSIVE t AS (
  SELECT c.oid, c.oid AS unit, c.relkind, p.partstrat = 'h' AS hashed
    FROM pg_class c LEFT JOIN pg_partitioned_table p ON p.partrelid = c.oid
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  UNION ALL
  SELECT c.oid, CASE WHEN t.hashed THEN t.unit ELSE c.oid END, c.relkind, t.hashed OR coalesce(p.partstrat = 'h', false)
    FROM t JOIN pg_inherits i ON i.inhparent = t.oid JOIN pg_class c ON c.oid = i.inhrelid AND c.relispartition
    LEFT JOIN pg_partitioned_table p ON p.partrelid = c.oid
    WHERE t.relkind = 'p'
), u AS (SELECT unit, sum(pg_relation_size(oid)) AS size FROM t WHERE relkind = 'r' GROUP BY unit)
SELECT format('SELECT %L, count(*), coalesce(sum(hashtextextended((ROW(%s))::text COLLATE "C", 0)::numeric), 0) FROM %s%I.%I t;',
    format('%I.%I', n.nspname, c.relname),
    (SELECT string_agg(format('t.%I', attname), ',' ORDER BY attname COLLATE "C") FROM pg_attribute
      WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated <> 'v'),
    CASE c.relkind WHEN 'r' THEN 'ONLY ' ELSE '' END, n.nspname, c.relname)
  FROM u JOIN pg_class c ON c.oid = u.unit JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relpersistence = 'p' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    -- Tables of extensions are theirs, but for those that hold configuration.
    AND NOT EXISTS (
      SELECT FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e' AND NOT coalesce(c.oid = ANY (e.extconfig), false))
  ORDER BY u.size DESC;
SELECT format('SELECT %L, last_value, is_called FROM %I.%I;', format('%I.%I', n.nspname, c.relname), n.nspname, c.relname)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE relkind = 'S' AND relpersistence = 'p' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e');
-- Pages without the zeros at their ends: a hole is not stored in a restored one.
SELECT $$SELECT 'large objects', count(DISTINCT loid), coalesce(sum(hashtextextended(loid || ':' || pageno || ':' || encode(rtrim(data, '\x00'), 'hex'), 0)::numeric), 0) FROM pg_largeobject WHERE length(rtrim(data, '\x00')) > 0;$$;
SELECT $$SELECT 'large objects: owner, grants, comment', count(*), coalesce(sum(hashtextextended(m.oid || ':' || pg_get_userbyid(lomowner) || ':' || coalesce((SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(lomacl) a), '') || ':' || coalesce(obj_description(m.oid, 'pg_largeobject'), ''), 0)::numeric), 0) FROM pg_largeobject_metadata m;$$;
