# The restored database takes the name, and the original is kept under another; one transaction.
# shellcheck source=../../job/common.sh
. "$(dirname "$0")/common.sh"
step=swap
work=$(mktemp -d)
# shellcheck source=rename.sh
. "$plan_folder/rename.sh"

swapped() { [[ "$(mark_of "$BEFORE")" == "pgsynth: before "*"\"$PLAN\""* ]] || [ "$(mark_of "$DATABASE")" = "pgsynth: anew $PLAN" ]; }
if swapped; then
  say "swapped already"
  replicas "$BEFORE"
  exit 0
fi
# The Job that restores may still be at work.
for ((waited = 0; ; waited += 10)); do
  now=$(mark_of "$RESTORED")
  [ "$now" != "pgsynth: compared $PLAN" ] || break
  [ "$waited" -lt "${COMPARED_WAIT:-0}" ] || stop "\"$RESTORED\" is not restored and compared by this plan (its mark: \"$now\")"
  [ $((waited % 300)) != 0 ] || say "waiting until \"$RESTORED\" is restored and compared (its mark: \"$now\")"
  sleep 10
done

doubts=$(live postgres -v db="$DATABASE" -v new="$RESTORED" -v old="$BEFORE" <<'SQL'
SELECT string_agg(why, '; ') FROM (
  SELECT 'there is a database ' || quote_ident(:'old') AS why WHERE EXISTS (SELECT FROM pg_database WHERE datname = :'old')
  UNION ALL SELECT 'prepared transaction ' || gid || ' in ' || quote_ident(database) FROM pg_prepared_xacts WHERE database IN (:'db', :'new')
  UNION ALL SELECT 'subscription ' || subname FROM pg_subscription s JOIN pg_database d ON d.oid = subdbid WHERE datname = :'db'
  UNION ALL SELECT 'logical slot ' || slot_name FROM pg_replication_slots WHERE database = :'db' AND NOT temporary) x;
SQL
)
[ -z "$doubts" ] || stop "$doubts"

# What the restored one is to have again, as it was at that time: kept with it when it was made.
limit=$(live postgres -v name="$RESTORED" <<<"SELECT -1")
if exists "$DATABASE"; then
  live postgres -v db="$DATABASE" -f "$plan_folder/facts.sql" >"$work/original"
  limit=$(field "$work/original" connlimit)
  comment=$(field "$work/original" comment)
  keep=$(FILE=$work/original live postgres -v plan="$PLAN" <<'SQL'
\set f `cat "$FILE"`
SELECT 'pgsynth: before ' || jsonb_build_object('plan', :'plan', 'connlimit', :'f'::jsonb->'connlimit', 'comment', :'f'::jsonb->'comment')::text;
SQL
  )
  rename "ALTER DATABASE $(name "$BEFORE") CONNECTION LIMIT 0; ALTER DATABASE $(name "$DATABASE") CONNECTION LIMIT $limit;
    COMMENT ON DATABASE $(name "$BEFORE") IS $(literal "$keep"); COMMENT ON DATABASE $(name "$DATABASE") IS $(literal "$comment");" \
    "$DATABASE" "$BEFORE" "$RESTORED" "$DATABASE" || stop "could not be swapped, and nothing has changed: $(tr '\n' ' ' <"$work/rename")"
else
  rename "ALTER DATABASE $(name "$DATABASE") CONNECTION LIMIT $limit; COMMENT ON DATABASE $(name "$DATABASE") IS $(literal "pgsynth: anew $PLAN");" \
    "$RESTORED" "$DATABASE" || stop "could not be renamed, and nothing has changed: $(tr '\n' ' ' <"$work/rename")"
fi
replicas "$BEFORE"
