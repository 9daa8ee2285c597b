# The scratch instance: fetched from the archive, brought to the time, paused there. Sourced; needs a base backup to be named.
data=$SCRATCH/data
archive_get=${RESTORE_COMMAND:-wal-g wal-fetch \"%f\" \"%p\"}
server_log=$SCRATCH/server.log

mkdir -p "$SCRATCH/socket" "$SCRATCH/work"
export PGSSLCERT=$SCRATCH/none PGSSLROOTCERT=$SCRATCH/none
exec 9>"$SCRATCH/lock"
flock --wait "${LOCK_WAIT:-3600}" 9 || stop "another Job of a plan has the scratch volume"

running() { [ -r "$data/postmaster.pid" ] && [ "$(cat "/proc/$(head -n 1 "$data/postmaster.pid")/comm" 2>/dev/null)" = postgres ]; }
halt() { if running; then pg_ctl -D "$data" -m "${1:-fast}" -w stop >/dev/null 9>&-; fi; }
# gone TENTHS: whether the server has ended; in its first seconds it may not be there yet.
gone() { ! running && { [ "$1" -ge 300 ] || [ -n "$(fatal)" ]; }; }
setting() { pg_controldata -D "$data" | sed -n "s/^$1 setting: *//p"; }
# What the log says of its end; a client that came too early is told off there, too.
fatal() { { grep -E ' (FATAL|PANIC): ' "$server_log" || true; } | { grep -v 'the database system is' || true; } | tail -n 1 | sed 's/^.*\(FATAL\|PANIC\): *//'; }

fetch() { # fetch BACKUP BYTES
  if [ "$(cat "$SCRATCH/base" 2>/dev/null)" = "$1" ] && [ -f "$data/PG_VERSION" ] && ! ended; then
    say "the base backup is there already"
    return
  fi
  halt immediate
  rm -rf "$data" "$SCRATCH/base" "$SCRATCH/at"
  local free
  free=$(($(df -Pk "$SCRATCH" | awk 'NR == 2 { print $4 }') * 1024))
  # What is fetched, the dump of a database, and some WAL.
  local need=$(($2 * ${ROOM_PERCENT:-200} / 100))
  [ "$free" -ge "$need" ] || stop "the scratch volume has $free bytes free, and needs $need: make it larger"
  say "fetching $1, $2 bytes"
  fetched() { say "fetched $(du -sb "$data" 2>/dev/null | cut -f 1) of $1 bytes"; }
  meter fetched "$2"
  local code=0
  mkdir -m 700 "$data"
  if [ -n "${BASE_COMMAND:-}" ]; then bash -c "$BASE_COMMAND" || code=$?; else wal-g backup-fetch "$data" "$1" >&2 || code=$?; fi
  meter_off
  [ "$code" = 0 ] || stop "base backup $1 cannot be fetched: it is damaged, or its key is another"
  sync
  touch "$data/recovery.signal"
  echo "$1" >"$SCRATCH/base"
}

# Whether recovery has ended, so that no later time can be had of this copy.
ended() { [ -f "$data/PG_VERSION" ] && [ ! -e "$data/recovery.signal" ]; }

start() {
  halt immediate
  # Its process is gone with the container that it ran in.
  rm -f "$data/postmaster.pid"
  # Every setting of the source that could act or fail here is replaced. The numbers may not be lower than the source's.
  cat >"$data/postgresql.conf" <<CONF
listen_addresses = ''
port = 5432
unix_socket_directories = '$SCRATCH/socket'
hba_file = '$data/pg_hba.conf'
archive_mode = off
shared_preload_libraries = ''
max_connections = $(setting max_connections)
max_worker_processes = $(setting max_worker_processes)
max_wal_senders = $(setting max_wal_senders)
max_prepared_transactions = $(setting max_prepared_xacts)
max_locks_per_transaction = $(setting max_locks_per_xact)
max_logical_replication_workers = 0
autovacuum = off
default_transaction_read_only = on
fsync = off
full_page_writes = off
shared_buffers = ${SHARED_BUFFERS:-256MB}
log_line_prefix = '%m '
logging_collector = off
restore_command = '$archive_get'
recovery_target_timeline = 'latest'
CONF
  # Without a time recovery goes on to the end of the archive, and ends there by itself.
  [ -z "${AT:-}" ] || cat >>"$data/postgresql.conf" <<CONF
recovery_target_time = '$AT'
recovery_target_inclusive = ${INCLUSIVE:-on}
recovery_target_action = 'pause'
CONF
  # A login trigger would run before anybody could look.
  [ "$MAJOR" -lt 17 ] || echo 'event_triggers = off' >>"$data/postgresql.conf"
  : >"$data/postgresql.auto.conf"
  echo 'local all all trust' >"$data/pg_hba.conf"
  chmod 700 "$data"
  : >"$server_log"
  # Readiness says nothing here: a server that will end in an error is ready before.
  pg_ctl -D "$data" -l "$server_log" -W start >/dev/null 9>&-
}

# Brings the instance to the time and leaves it there, paused; or says why it ended.
replay() {
  local state=
  # Before, so that no earlier time is asked of a copy that may be beyond it.
  echo "$AT" >"$SCRATCH/at"
  start
  for ((second = 0; ; second++)); do
    sleep 1
    ! gone $((second * 10)) || stop "recovery did not reach $AT: $(fatal)$(last_commit)"
    state=$(scratch postgres -c "SELECT pg_is_in_recovery(), pg_get_wal_replay_pause_state()" 2>/dev/null) || continue
    case $state in
      "t|paused") break ;;
      "f|"*) stop "recovery ended without having been paused at $AT" ;;
    esac
    if [ $((second % 20)) = 19 ]; then
      say "replayed to $(scratch postgres -v at="$AT" -c "SELECT coalesce(pg_last_xact_replay_timestamp()::text, 'no commit yet'), 'of', '$AT'" 2>/dev/null | tr '|' ' ')"
    fi
  done
  local stopped last
  stopped=$(sed -n 's/^.*LOG: *\(recovery stopping .*\)$/\1/p' "$server_log" | tail -n 1)
  last=$(scratch postgres -c "SELECT coalesce(pg_last_xact_replay_timestamp()::text, 'none after the base backup')")
  say "reached $AT; the last commit that is in: $last; $stopped"
  detail last_commit "$(quoted "$last")"
  detail stopped "$(quoted "$stopped")"
}
# What the log has of how far it came.
last_commit() { sed -n 's/^.*LOG: *\(last completed transaction was at log time .*\)$/; \1/p' "$server_log" | tail -n 1; }

# Ends recovery. The transaction that is to be undone may hold its locks until then: a dump would wait for them for ever.
promote() {
  scratch postgres -c "SELECT pg_wal_replay_resume()" >/dev/null
  until [ "$(scratch postgres -c "SELECT pg_is_in_recovery()" 2>/dev/null)" = f ]; do
    ! gone 300 || stop "the scratch instance ended: $(fatal)"
    sleep 0.1
  done
  local history
  history=$(find "$data/pg_wal" -maxdepth 1 -name '*.history' | sort | tail -n 1)
  say "promoted; $(tail -n 1 "${history:-/dev/null}" | tr '\t' ' ')"
}

# Brings a running, promoted instance about, from whatever a former try has left.
bring_up() {
  BACKUPS=$(mktemp)
  export BACKUPS
  local base
  if [ -e "$SCRATCH/base" ] && ended && [ "$(cat "$SCRATCH/at" 2>/dev/null)" = "$AT" ]; then
    say "the scratch instance has been at $AT before"
    start
    for ((tenth = 0; ; tenth++)); do
      ! scratch postgres -c "SELECT 1" >/dev/null 2>&1 || return 0
      ! gone "$tenth" || stop "the scratch instance ended: $(fatal)"
      sleep 0.1
    done
  fi
  base=$(choose) || stop "$(cat "$SCRATCH/doubt")"
  fetch "${base%% *}" "${base##* }"
  replay
}

# The newest base backup that had ended before the time; one that is there and serves is kept, to save the fetching.
choose() {
  bash -c "${BACKUP_LIST:-wal-g backup-list --detail --json}" >"$BACKUPS" || { echo "the archive cannot be read, or holds no base backup" >"$SCRATCH/doubt"; return 1; }
  local here=
  if [ -e "$SCRATCH/base" ] && ! ended; then
    # Where it stands must not be beyond the time; WAL is never taken back.
    if [ ! -e "$SCRATCH/at" ] || [ "$(live postgres -v old="$(cat "$SCRATCH/at")" -v at="$AT" <<<"SELECT :'old'::timestamptz <= :'at'::timestamptz")" = t ]; then
      here=$(cat "$SCRATCH/base")
    else
      rm "$SCRATCH/base"
    fi
  fi
  live postgres -v at="$AT" -v here="$here" <<'SQL' | grep . || { echo "no base backup had ended before $AT" >"$SCRATCH/doubt"; return 1; }
\set list `cat "$BACKUPS"`
SELECT (b->>'backup_name') || ' ' || coalesce((b->>'uncompressed_size')::bigint, 0)
  FROM jsonb_array_elements(CASE WHEN :'list' LIKE '[%' THEN :'list'::jsonb ELSE '[]' END) b
  WHERE (b->>'finish_time')::timestamptz < :'at'::timestamptz
  ORDER BY b->>'backup_name' = :'here' DESC, (b->>'finish_time')::timestamptz DESC LIMIT 1;
SQL
}
