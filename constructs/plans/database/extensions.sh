# Which extensions the database needs and the image lacks.
scratch "$DATABASE" -c "SELECT coalesce(jsonb_agg(jsonb_build_array(extname, extversion)), '[]') FROM pg_extension" >"$work/extensions.json"
export EXTENSIONS=$work/extensions.json
missing=$(live postgres <<'SQL'
\set wanted `cat "$EXTENSIONS"`
SELECT string_agg(e->>0, ', ') FROM jsonb_array_elements(:'wanted'::jsonb) e
  WHERE NOT EXISTS (SELECT FROM pg_available_extensions WHERE name = e->>0);
SQL
)
[ -z "$missing" ] || stop "extensions that the database had then and the cluster's image has not: $missing"
denied=$(scratch "$DATABASE" <<<"SELECT string_agg(extname, ', ') FROM pg_extension WHERE extname IN ('timescaledb', 'pg_cron', 'pglogical', 'bdr')")
[ -z "$denied" ] || stop "\"$DATABASE\" had extensions that a dump does not bring back by itself: $denied"
other=$(live postgres <<'SQL'
\set wanted `cat "$EXTENSIONS"`
SELECT string_agg(format('%s %s (then %s)', e->>0, default_version, e->>1), ', ') FROM jsonb_array_elements(:'wanted'::jsonb) e
  JOIN pg_available_extensions ON name = e->>0 WHERE default_version <> e->>1;
SQL
)
if [ -n "$other" ]; then
  say "extensions come in the version of today's image: $other"
  detail other_versions "$(quoted "$other")"
fi
