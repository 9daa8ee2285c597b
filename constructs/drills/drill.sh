# A restore that is really done: the newest base backup, all WAL of the archive, PostgreSQL started, every table and index
# looked through, the checks asked, and the end compared with what the cluster has archived.
# shellcheck source=../job/common.sh
. "$(dirname "$0")/common.sh"
step=ask
# shellcheck source=../job/scratch.sh
. "$plan_folder/scratch.sh"
unset AT

# What the cluster has archived by now has to come back; what it has not, for longer than promised, would be lost.
IFS='|' read -r wanted wanted_at behind pending < <(live postgres <<'SQL'
WITH a AS (SELECT substr(last_archived_wal, 1, 24) AS file, last_archived_time AS at FROM pg_stat_archiver),
  s AS (SELECT setting::bigint AS size FROM pg_settings WHERE name = 'wal_segment_size')
SELECT '0/0'::pg_lsn + (('x' || substr(file, 9, 8))::bit(32)::bigint * 4294967296 + ('x' || substr(file, 17, 8))::bit(32)::bigint * size),
    to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'), extract(epoch FROM now() - at)::bigint,
    pg_current_wal_lsn() - ('0/0'::pg_lsn + (('x' || substr(file, 9, 8))::bit(32)::bigint * 4294967296 + (('x' || substr(file, 17, 8))::bit(32)::bigint + 1) * size))
  FROM a, s WHERE file ~ '^[0-9A-F]{24}$';
SQL
) || stop "the cluster has archived nothing yet"
say "archived up to $wanted at $wanted_at"

step=fetch
BACKUPS=$(mktemp)
export BACKUPS
bash -c "${BACKUP_LIST:-wal-g backup-list --detail --json}" >"$BACKUPS" || stop "the archive cannot be read, or holds no base backup"
base=$(live postgres <<'SQL'
\set list `cat "$BACKUPS"`
SELECT (b->>'backup_name') || ' ' || coalesce((b->>'uncompressed_size')::bigint, 0) || ' ' || (b->>'finish_time')
  FROM jsonb_array_elements(CASE WHEN :'list' LIKE '[%' THEN :'list'::jsonb ELSE '[]' END) b
  ORDER BY (b->>'finish_time')::timestamptz DESC LIMIT 1;
SQL
)
[ -n "$base" ] || stop "the archive holds no base backup"
read -r backup bytes finished <<<"$base"
detail base "$(quoted "$backup")"
detail base_finished "$(quoted "$finished")"
fetch "$backup" "$bytes"

step=replay
start
for ((second = 0; ; second++)); do
  sleep 1
  ! gone $((second * 10)) || stop "recovery ended: $(fatal)$(last_commit)"
  [ "$(scratch postgres -c 'SELECT pg_is_in_recovery()' 2>/dev/null)" != f ] || break
  if [ $((second % 20)) = 19 ]; then
    say "replayed to $(scratch postgres -c 'SELECT pg_last_wal_replay_lsn()' 2>/dev/null) of $wanted"
  fi
done
history=$(find "$data/pg_wal" -maxdepth 1 -name '*.history' | sort | tail -n 1)
end=$(awk 'NF { line = $0 } END { split(line, part, "\t"); print part[2] }' "$history")
last=$(last_commit)
detail end "$(quoted "$end")"
detail last_commit "$(quoted "${last#; last completed transaction was at log time }")"
reached=$(live postgres -v reached="$end" -v wanted="$wanted" <<<"SELECT :'reached'::pg_lsn > :'wanted'::pg_lsn")
[ "$reached" = t ] || stop "only the WAL up to $end came back, and the cluster has archived up to $wanted: a segment is missing, or cannot be read"
if [ "$behind" -gt "$RPO" ] && [ "$pending" -gt 0 ]; then
  stop "the last WAL was archived $behind s ago, and $pending bytes were written since: more than the rpo of $RPO s would be lost"
fi

step=look
detail bytes "$(scratch postgres -c 'SELECT sum(pg_database_size(oid)) FROM pg_database')"
say "looking through every table and index"
PGOPTIONS='-c default_transaction_read_only=off' at_scratch postgres pg_amcheck --all --install-missing --heapallindexed --jobs "$WORKERS" >&2 ||
  stop "the restored data is damaged: see the lines above; the cluster's own may be, too"

step=checks
export CHECKS
# part NUMBER FIELD: of a check.
part() { live postgres -v number="$1" -v field="$2" <<'SQL'
\getenv checks CHECKS
SELECT :'checks'::jsonb->:number->>:field;
SQL
}
asked=$(live postgres <<'SQL'
\getenv checks CHECKS
SELECT jsonb_array_length(:'checks'::jsonb);
SQL
)
for ((number = 0; number < asked; number++)); do
  name=$(part "$number" 0)
  answer=$(PGOPTIONS='-c statement_timeout=10min' scratch "$(part "$number" 1)" -c "$(part "$number" 2)" 2>&1) || stop "check \"$name\" has no answer: $answer"
  [ "$answer" = t ] || stop "check \"$name\" answers \"$answer\", not \"t\""
done
detail checks "$asked"
halt
