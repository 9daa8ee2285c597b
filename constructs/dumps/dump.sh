# A dump of every database and of the roles: read whole before it is written, its objects looked at afterwards, a manifest
# last. What has no manifest is no dump; the last that has one is never removed.
# shellcheck source=../job/common.sh
. "$(dirname "$0")/common.sh"
step=begin
stamp=$(date -u +%Y%m%dT%H%M%SZ)
work=$SCRATCH/dump
rm -rf "$work"
mkdir -p "$work"

[ "$(live postgres <<<'SELECT pg_is_in_recovery()')" = f ] || stop "$LIVE_HOST is no primary"
# Not what a plan is making or has kept.
live postgres >"$work/databases" <<'SQL'
SELECT jsonb_agg(datname ORDER BY datname) FROM pg_database
  WHERE datallowconn AND NOT datistemplate AND coalesce(shobj_description(oid, 'pg_database'), '') !~ '^pgsynth: (restor|compared|before)';
SQL
export DATABASES=$work/databases
count=$(live postgres <<'SQL'
\set names `cat "$DATABASES"`
SELECT jsonb_array_length(:'names'::jsonb);
SQL
)
# put FILE: into the store, and there it has to be as large at least; encryption adds, and nothing is compressed twice.
put() {
  local bytes there
  bytes=$(stat -c %s "$1")
  wal-g st put --no-compress "$1" "$stamp/${1##*/}" >&2 || stop "${1##*/} cannot be written into the store"
  there=$(wal-g st ls "$stamp" | awk -v name="${1##*/}" '$NF == name { print $2 }')
  [ "${there:-0}" -ge "$bytes" ] || stop "${1##*/} has ${there:-0} bytes in the store, and $bytes here"
}

step=dump
objects=
total=0
for ((number = 0; number < count; number++)); do
  name=$(live postgres -v number="$number" <<'SQL'
\set names `cat "$DATABASES"`
SELECT :'names'::jsonb->>:number;
SQL
  )
  say "dumping \"$name\""
  at_live "$name" pg_dump -Fd -j "$WORKERS" -Z1 --lock-wait-timeout=60s -f "$work/$number"
  pg_restore -f /dev/null "$work/$number" || stop "the dump of \"$name\" cannot be read"
  tar -C "$work" -cf "$work/$number.tar" "$number"
  rm -rf "${work:?}/$number"
  bytes=$(stat -c %s "$work/$number.tar")
  put "$work/$number.tar"
  objects+="${objects:+,}{\"database\":$(quoted "$name"),\"object\":\"$number.tar\",\"bytes\":$bytes,\"sha256\":\"$(sha256sum <"$work/$number.tar" | cut -d ' ' -f 1)\"}"
  rm "$work/$number.tar"
  total=$((total + bytes))
done
# Their passwords are the operator's, which sets them again.
at_live postgres pg_dumpall --roles-only --no-role-passwords -f "$work/roles.sql"
put "$work/roles.sql"
echo "{\"at\":\"$stamp\",\"major\":$MAJOR,\"roles\":\"roles.sql\",\"databases\":[$objects]}" >"$work/manifest.json"
put "$work/manifest.json"
detail at "$(quoted "$stamp")"
detail databases "$count"
detail bytes "$total"

step=retain
# Stamps sort as times do.
oldest=$(date -u -d "@$(($(date +%s) - KEEP))" +%Y%m%dT%H%M%SZ)
removed=0
while read -r former; do
  [[ "$former" < "$oldest" ]] || continue
  say "removing the dump of $former"
  wal-g st rm "$former/" >&2 || stop "the dump of $former cannot be removed"
  removed=$((removed + 1))
done < <(wal-g st ls | awk '$1 == "dir" { sub("/$", "", $NF); print $NF }' | grep -E '^[0-9]{8}T[0-9]{6}Z$' | grep -vx "$stamp" || true)
detail removed "$removed"
rm -rf "$work"
