-- Rights, settings and labels of the database `new`, as the facts in the file FACTS say.
\set facts `cat "$FACTS"`
CREATE FUNCTION pg_temp.each(list jsonb) RETURNS SETOF jsonb LANGUAGE sql IMMUTABLE AS
  $$ SELECT jsonb_array_elements(CASE jsonb_typeof(list) WHEN 'array' THEN list ELSE '[]' END) $$;
SELECT statement FROM (SELECT :'facts'::jsonb AS f) x, LATERAL (
  SELECT 1 AS place, format('REVOKE ALL ON DATABASE %I FROM PUBLIC, %I', :'new', f->>'owner') AS statement
    WHERE jsonb_typeof(f->'acl') = 'array'
  UNION ALL
  -- Those of the owner first: others can only pass on what they have.
  SELECT 2 + (a->>3 <> f->>'owner')::int, format('SET ROLE %I; GRANT %s ON DATABASE %I TO %s%s; RESET ROLE',
      a->>3, a->>1, :'new', a->>0, CASE WHEN (a->>2)::bool THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM pg_temp.each(f->'acl') a
  UNION ALL
  SELECT 5, CASE s->>0 WHEN '' THEN format('ALTER DATABASE %I', :'new') ELSE format('ALTER ROLE %I IN DATABASE %I', s->>0, :'new') END
    || format(' SET %I = ', s->>1)
    -- Lists are stored quoted (GUC_LIST_QUOTE).
    || CASE WHEN lower(s->>1) IN ('search_path', 'temp_tablespaces', 'session_preload_libraries', 'local_preload_libraries',
        'shared_preload_libraries', 'unix_socket_directories')
      THEN CASE s->>2 WHEN '""' THEN '''''' ELSE s->>2 END ELSE quote_literal(s->>2) END
    FROM pg_temp.each(f->'settings') s
  UNION ALL
  SELECT 6, format('SECURITY LABEL FOR %I ON DATABASE %I IS %L', l->>0, :'new', l->>1) FROM pg_temp.each(f->'seclabels') l
) s ORDER BY place \gexec
