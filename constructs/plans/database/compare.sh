# Compares the restored database with the scratch instance by three independent means, whole: no sample.
lines() { diff "$1" "$2" | grep -c '^[<>]' || true; }
text_of() { grep -vE '^(--|\\(un)?restrict |$)|^SELECT pg_catalog.set_config|^SET (statement_timeout|lock_timeout|idle_in_transaction_session_timeout|transaction_timeout)' || true; }
at_scratch "$DATABASE" pg_dump -s --no-subscriptions | text_of >"$work/schema.then"
at_live "$RESTORED" pg_dump -s --no-subscriptions | text_of >"$work/schema.now"
scratch "$DATABASE" -f "$plan_folder/catalog.sql" | grep -v '^extension|' >"$work/catalog.then"
live "$RESTORED" -f "$plan_folder/catalog.sql" | grep -v '^extension|' >"$work/catalog.now"
export THEN=$work/facts.json NOW=$work/facts-now.json
live postgres -v db="$RESTORED" -f "$plan_folder/facts.sql" >"$NOW"
facts=$(live postgres <<'SQL'
\set one `cat "$THEN"`
\set other `cat "$NOW"`
SELECT coalesce(string_agg(k, ' '), '') FROM jsonb_object_keys(:'one'::jsonb) k
  WHERE k NOT IN ('name', 'oid', 'size', 'sessions', 'connlimit', 'comment', 'slots', 'subscriptions', 'prepared', 'collversion', 'istemplate', 'allowconn')
    AND (:'one'::jsonb->k) IS DISTINCT FROM (:'other'::jsonb->k);
SQL
)

scratch "$DATABASE" -f "$plan_folder/sums.sql" >"$work/statements"
# sums WHERE DATABASE FILE: count and checksum of each table, by as many sessions as there are workers.
sums() {
  rm -f "$work"/part.*
  split -n "r/$WORKERS" --additional-suffix=.sql "$work/statements" "$work/part."
  local part pids=() pid
  for part in "$work"/part.*.sql; do
    "$1" "$2" -f "$plan_folder/same-output.sql" -f "$part" >"$part.out" 9>&- &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid"; done
  sort "$work"/part.*.out >"$3"
}
say "comparing $(wc -l <"$work/statements") tables and sequences"
sums scratch "$DATABASE" "$work/sums.then"
sums live "$RESTORED" "$work/sums.now"

schema=$(lines "$work/schema.then" "$work/schema.now")
catalog=$(lines "$work/catalog.then" "$work/catalog.now")
rows=$(lines "$work/sums.then" "$work/sums.now")
detail compared "{\"schema\":$schema,\"catalog\":$catalog,\"database\":$(quoted "$facts"),\"rows\":$rows,\"units\":$(wc -l <"$work/sums.then")}"
unlogged=$(scratch "$DATABASE" -c "SELECT string_agg(oid::regclass::text, ', ') FROM pg_class WHERE relpersistence = 'u' AND relkind = 'r'")
[ -z "$unlogged" ] || detail unlogged_and_empty "$(quoted "$unlogged")"
if [ "$schema$catalog$rows" != 000 ] || [ -n "$facts" ]; then
  for kind in schema catalog sums; do diff "$work/$kind.then" "$work/$kind.now" | head -n 20 >&2 || true; done
  stop "the restored database differs: $schema lines of the schema, $catalog of the catalogs, $rows tables or sequences${facts:+, and of the database itself: $facts}"
fi
mark "$RESTORED" compared
say "equal: schema, catalogs, every row"
