# What the database was at that time; sourced by steps that have a scratch instance.
view() {
  local found tables
  found=$(scratch postgres -v db="$DATABASE" <<<"SELECT pg_database_size(oid) FROM pg_database WHERE datname = :'db'")
  [ -n "$found" ] || stop "there was no database \"$DATABASE\" at $AT; there were: $(scratch postgres -c "SELECT string_agg(quote_ident(datname), ', ') FROM pg_database WHERE NOT datistemplate")"
  detail bytes "$found"
  # Sizes as the planner knew them: to ask for a table's own would wait for a lock of the transaction that is to be undone.
  tables=$(scratch "$DATABASE" <<'SQL'
SELECT coalesce(jsonb_agg(t), '[]') FROM (
  SELECT c.oid::regclass::text AS "table", c.reltuples::bigint AS "rows", c.relpages * 8192::bigint AS bytes
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind = 'r' AND nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 3 DESC LIMIT 20) t;
SQL
  )
  say "\"$DATABASE\" had $found bytes; its largest tables: $tables"
  if [ -n "${LOOK:-}" ]; then
    say "asked: $LOOK"
    scratch "$DATABASE" -c "SET statement_timeout = '5min'; SET lock_timeout = '10s'" -c "$LOOK" >&2 || say "the question had no answer"
  fi
}
