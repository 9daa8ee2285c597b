# What every step begins with: the ways to both servers, what is said, and one line of JSON at the end.
set -Eeuo pipefail
PATH=/usr/lib/postgresql/$MAJOR/bin:$PATH
plan_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export PGCONNECT_TIMEOUT=10 PGAPPNAME="pgsynth restore"
unset PGDATABASE

# A name of a database goes by PGDATABASE: `-d` would read `=` and `postgresql://` in it as a connection string.
at_live() { local of=$1; shift; PGHOST=$LIVE_HOST PGPORT=${LIVE_PORT:-5432} PGDATABASE=$of "$@"; }
at_scratch() { local of=$1; shift; PGHOST=$SCRATCH/socket PGPORT=5432 PGSSLMODE=disable PGDATABASE=$of "$@"; }
live() { local of=$1; shift; at_live "$of" psql --no-psqlrc -Atq -v ON_ERROR_STOP=1 "$@"; }
scratch() { local of=$1; shift; at_scratch "$of" psql --no-psqlrc -Atq -v ON_ERROR_STOP=1 "$@"; }
# Programs that take no PGDATABASE get the name as a connection string.
conninfo() { printf "dbname='%s'" "$(printf %s "$1" | sed "s/[\\\\']/\\\\&/g")"; }

say() { printf '%s %s\n' "$(date -u +%H:%M:%S)" "$*" >&2; }

quoted() { local text=${1//\\/\\\\}; text=${text//\"/\\\"}; printf '"%s"' "${text//[[:cntrl:]]/ }"; }
details=
# detail KEY JSON: one more field of the last line.
detail() { details+=",$(quoted "$1"):$2"; }

began=$(date +%s)
why=
failed=
finish() {
  local code=$? outcome=done
  trap - EXIT ERR
  meter_off
  case $code in
    0) ;;
    42) outcome=stopped ;;
    *) outcome=failed; why=${why:-$failed} ;;
  esac
  local line
  line="{\"plan\":$(quoted "$PLAN"),\"step\":$(quoted "${step:-?}"),\"outcome\":\"$outcome\",\"seconds\":$(($(date +%s) - began))"
  [ -z "$why" ] || line+=",\"why\":$(quoted "$why")"
  line+="$details}"
  echo "$line"
  # The kubelet keeps it with the state of the container.
  if [ -w "${TERMINATION_LOG:-/dev/termination-log}" ]; then
    printf '%s' "${line:0:4000}" >"${TERMINATION_LOG:-/dev/termination-log}"
  fi
  exit "$code"
}
trap finish EXIT
trap 'failed="$step: $BASH_COMMAND"' ERR
# A doubt: nobody tries again by itself (exit 42 fails the Job; psql itself ends with 3), nothing was changed that a new try does not begin with.
stop() { why=$*; say "STOP: $*"; exit 42; }

# meter FUNCTION ARGUMENTS: says every 20 s how far something has come, until meter_off or the end.
meter_process=
meter() {
  (
    trap 'kill "$nap" 2>/dev/null; exit' TERM
    trap - EXIT ERR
    while true; do
      sleep 20 &
      nap=$!
      wait "$nap"
      "$@"
    done
  ) 9>&- &
  meter_process=$!
}
meter_off() {
  [ -z "$meter_process" ] || kill "$meter_process" 2>/dev/null || true
  meter_process=
}

# What stands in the comment of a database is the state of the plan: a database without a mark of ours is never touched.
mark_of() {
  live postgres -v name="$1" <<<"SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = :'name'"
}
exists() { [ -n "$(live postgres -v name="$1" <<<"SELECT 1 FROM pg_database WHERE datname = :'name'")" ]; }
mark() { live postgres -v name="$1" -v mark="pgsynth: $2 $PLAN" <<<"SELECT format('COMMENT ON DATABASE %I IS %L', :'name', :'mark') \\gexec"; }
# The name under which the restored database is made.
new=pgsynth_$PLAN
drop_new() { live postgres -v name="$new" <<<'SET client_min_messages = warning; DROP DATABASE IF EXISTS :"name" WITH (FORCE)'; }
