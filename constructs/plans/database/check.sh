# Reads, and changes nothing: whether the plan can be done, in seconds, before it takes hours.
# shellcheck source=../../job/common.sh
. "$(dirname "$0")/common.sh"
step=check

[ "$(live postgres <<<'SELECT pg_is_in_recovery()')" = f ] || stop "$LIVE_HOST is no primary"
major=$(live postgres <<<"SELECT current_setting('server_version_num')::int / 10000")
[ "$major" = "$MAJOR" ] || stop "the cluster runs PostgreSQL $major and the plan is for $MAJOR: render it again"
[ "$(live postgres -v at="$AT" <<<"SELECT :'at'::timestamptz < now()")" = t ] || stop "$AT is in the future"
case $(mark_of "$RESTORED") in
  "pgsynth: "*" $PLAN" | "pgsynth: "*" ${REPLACES:-$PLAN}") ;;
  "pgsynth: "*) stop "database \"$RESTORED\" is another plan's; its folder has a Job that cleans it up" ;;
  *) ! exists "$RESTORED" || stop "a database \"$RESTORED\" is there and no plan made it" ;;
esac

# A base backup is of use if it had ended before the time: one of later is taken for good by PostgreSQL, in silence.
BACKUPS=$(mktemp)
export BACKUPS
[ -n "${BACKUP_LIST:-}" ] || BACKUP_LIST="wal-g backup-list --detail --json"
bash -c "$BACKUP_LIST" >"$BACKUPS" || stop "the archive cannot be read, or holds no base backup"
backup=$(live postgres -v at="$AT" -v exact="${BACKUP:-}" <<'SQL'
\set list `cat "$BACKUPS"`
WITH b AS (SELECT b FROM jsonb_array_elements(CASE WHEN :'list' LIKE '[%' THEN :'list'::jsonb ELSE '[]' END) b)
SELECT jsonb_build_object('backup', b->>'backup_name', 'finished', b->>'finish_time', 'bytes', (b->>'uncompressed_size')::bigint,
    'major', (b->>'pg_version')::int / 10000)
  FROM b WHERE (b->>'finish_time')::timestamptz < :'at'::timestamptz
  ORDER BY (b->>'finish_time')::timestamptz DESC LIMIT 1;
SQL
)
if [ -z "$backup" ]; then
  oldest=$(live postgres <<'SQL'
\set list `cat "$BACKUPS"`
SELECT coalesce(min((b->>'finish_time')::timestamptz)::text, 'never')
  FROM jsonb_array_elements(CASE WHEN :'list' LIKE '[%' THEN :'list'::jsonb ELSE '[]' END) b;
SQL
  )
  stop "no base backup had ended before $AT; the oldest ended $oldest"
fi
detail base "$backup"
say "base backup: $backup"
if [ "${OWN_ARCHIVE:-no}" = yes ]; then
  archived=$(live postgres -v at="$AT" <<<"SELECT coalesce(last_archived_time >= :'at'::timestamptz, false), coalesce(last_archived_time::text, 'never') FROM pg_stat_archiver")
  [ "${archived%%|*}" = t ] || stop "WAL of $AT is not archived yet (the last was ${archived#*|}): try again after the archive timeout, or run SELECT pg_switch_wal()"
fi

if exists "$DATABASE"; then
  export FACTS
  FACTS=$(mktemp)
  live postgres -v db="$DATABASE" -f "$plan_folder/facts.sql" >"$FACTS"
  doubts=$(live postgres <<'SQL'
\set facts `cat "$FACTS"`
SELECT string_agg(why, '; ') FROM (SELECT :'facts'::jsonb AS f) x, LATERAL (
  SELECT 'logical slot ' || s AS why FROM jsonb_array_elements_text(nullif(f->'slots', 'null')) s
  UNION ALL SELECT 'subscription ' || s FROM jsonb_array_elements_text(nullif(f->'subscriptions', 'null')) s
  UNION ALL SELECT 'prepared transaction ' || s FROM jsonb_array_elements_text(nullif(f->'prepared', 'null')) s) y;
SQL
  )
  if [ -n "$doubts" ]; then
    [ "$SWAP" = no ] || stop "\"$DATABASE\" cannot change its name: $doubts"
    say "\"$DATABASE\" could not be swapped: $doubts"
  fi
  denied=$(live "$DATABASE" <<<"SELECT string_agg(extname, ', ') FROM pg_extension WHERE extname IN ('timescaledb', 'pg_cron', 'pglogical', 'bdr')")
  [ -z "$denied" ] || stop "\"$DATABASE\" has extensions that a dump does not bring back by itself: $denied"
else
  say "\"$DATABASE\" is not there now; it will be made under its own name by the swap"
fi
if [ "$SWAP" != no ] && exists "$BEFORE"; then
  case $(mark_of "$BEFORE") in
    "pgsynth: before "*"\"$PLAN\""*) say "swapped already" ;;
    *) stop "a database \"$BEFORE\" is there already" ;;
  esac
fi

# The database beside the original, its WAL until that is archived, and a tenth.
room=$(live postgres -v db="$DATABASE" <<'SQL'
CREATE TEMP TABLE df (line text);
SELECT format($$COPY df FROM PROGRAM 'df -Pk %s'$$, quote_ident(current_setting('data_directory'))) \gexec
SELECT coalesce(pg_database_size(d.oid), 0) AS size FROM (SELECT) x LEFT JOIN pg_database d ON datname = :'db' \gset
SELECT split_part(regexp_replace(line, '\s+', ' ', 'g'), ' ', 4)::bigint * 1024 >= :size * 2.2 * 1.1,
    pg_size_pretty(split_part(regexp_replace(line, '\s+', ' ', 'g'), ' ', 4)::bigint * 1024), pg_size_pretty((:size * 2.42)::bigint)
  FROM df WHERE line !~ '^Filesystem';
SQL
)
say "free on the primary and wanted: $room"
[ "${room%%|*}" = t ] || stop "the primary's volume has too little room for a second copy and its WAL (free and wanted: ${room#*|})"
say "the plan can be done"
