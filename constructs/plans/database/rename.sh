# rename TAIL A A2 [B B2]: in one transaction A becomes A2 and B becomes B2, then TAIL. A second session ends what is
# connected to either while the first waits for it: newcomers wait at its lock, and the name is never absent.
rename() {
  local tail=$1 a=$2 a2=$3 b=${4:-} b2=${5:-} try began oids oid job statement
  statement=$(live postgres -v a="$a" -v a2="$a2" -v b="$b" -v b2="$b2" <<<"SELECT format('ALTER DATABASE %I RENAME TO %I;', :'a', :'a2') || CASE :'b' WHEN '' THEN '' ELSE format('ALTER DATABASE %I RENAME TO %I;', :'b', :'b2') END")
  for try in 1 2 3; do
    began=$(date +%s%N)
    # By OID: a late second session would end the clients of the new database by its name.
    oids=$(live postgres -v a="$a" -v b="$b" <<<"SELECT string_agg(oid::text, ',') FROM pg_database WHERE datname IN (:'a', :'b')")
    oid=$(live postgres -v a="$a" <<<"SELECT oid FROM pg_database WHERE datname = :'a'")
    live postgres -v plan="$PLAN" >/dev/null 2>"$work/rename" <<SQL &
SET lock_timeout = '3s';
SET statement_timeout = '20s';
SET idle_in_transaction_session_timeout = '10s';
BEGIN;
SELECT pg_advisory_xact_lock(hashtextextended('pgsynth restore ' || :'plan', 0));
$statement
$tail
COMMIT;
SQL
    job=$!
    live postgres -v oids="$oids" -v oid="$oid" -v a="$a" >/dev/null 2>"$work/ended" <<'SQL' || true
SELECT set_config('restore.oids', :'oids', false), set_config('restore.oid', :'oid', false), set_config('restore.name', :'a', false);
DO $$
DECLARE n int := 0; k int;
BEGIN
  FOR i IN 1..110 LOOP
    EXIT WHEN NOT EXISTS (SELECT FROM pg_database WHERE oid = current_setting('restore.oid')::oid AND datname = current_setting('restore.name'));
    -- Without it every turn sees the sessions of the first.
    PERFORM pg_stat_clear_snapshot();
    SELECT count(pg_terminate_backend(pid)) INTO k FROM pg_stat_activity
      WHERE datid = ANY (string_to_array(current_setting('restore.oids'), ',')::oid[]) AND application_name IS DISTINCT FROM 'pgsynth restore';
    n := n + k;
    PERFORM pg_sleep(0.05);
  END LOOP;
  RAISE NOTICE 'sessions ended: %', n;
END $$;
SQL
    if wait "$job"; then
      say "renamed in $((($(date +%s%N) - began) / 1000000)) ms; $(grep -o 'sessions ended.*' "$work/ended" || true)"
      return 0
    fi
    say "try $try: $(tr '\n' ' ' <"$work/rename")"
    sleep 1
  done
  return 1
}

# Every replica: until it has replayed the rename, and then the sessions of this database end: a rename does not end them.
replicas() { # replicas DATABASE
  local lsn oid address port answer second
  lsn=$(live postgres <<<'SELECT pg_current_wal_flush_lsn()')
  oid=$(live postgres -v name="$1" <<<"SELECT oid FROM pg_database WHERE datname = :'name'")
  [ -n "$oid" ] || return 0
  while IFS='|' read -r address port; do
    answer=
    for ((second = 0; second < ${REPLICA_WAIT:-120}; second++)); do
      answer=$(PGHOST=$address PGPORT=$port PGDATABASE=postgres psql --no-psqlrc -Atq -v ON_ERROR_STOP=1 -c "SELECT CASE WHEN NOT pg_is_in_recovery() THEN 'primary' WHEN pg_last_wal_replay_lsn() >= '$lsn' THEN 'ended ' || (SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datid = $oid) ELSE 'behind' END" </dev/null 2>&1) || true
      case $answer in "ended "* | primary) break ;; esac
      sleep 1
    done
    case $answer in
      "ended "* | primary) say "replica $address: $answer" ;;
      *) stop "replica $address does not say that it has replayed the rename ($answer): its sessions may still see the old database; run this Job again" ;;
    esac
  done < <(live postgres <<<"SELECT DISTINCT host(client_addr), '${REPLICA_PORT:-5432}' FROM pg_stat_replication WHERE client_addr IS NOT NULL AND state = 'streaming'")
}

literal() { if [ -z "$1" ]; then echo NULL; else live postgres -v text="$1" <<<"SELECT quote_literal(:'text')"; fi; }
name() { live postgres -v text="$1" <<<"SELECT quote_ident(:'text')"; }
# field FILE KEY: of a JSON object in a file; empty for null.
field() { FILE=$1 live postgres -v key="$2" <<'SQL'
\set object `cat "$FILE"`
SELECT coalesce(:'object'::jsonb->>:'key', '');
SQL
}
