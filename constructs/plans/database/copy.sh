# Makes the database beside the original and fills it. A half-made one of a former try is dropped and begun anew.
if exists "$RESTORED"; then
  former=$(mark_of "$RESTORED")
  case $former in
    "pgsynth: "*" $PLAN" | "pgsynth: "*" ${REPLACES:-$PLAN}") ;;
    *) stop "a database \"$RESTORED\" is there and not this plan's" ;;
  esac
  say "a former try is dropped ($former)"
  live postgres -v name="$RESTORED" <<<'DROP DATABASE :"name" WITH (FORCE)'
fi
# It is made under a name that is nobody's but this plan's, and has its own once it is marked: killed in between, it would be
# a stranger's.
drop_new
live postgres -v new="$new" -f "$plan_folder/create.sql"
mark "$new" restoring
live postgres -v new="$new" -v name="$RESTORED" <<<'ALTER DATABASE :"new" RENAME TO :"name"'

size=$(scratch postgres -v db="$DATABASE" <<<"SELECT pg_database_size(oid) FROM pg_database WHERE datname = :'db'")
dump=$work/dump
if [ ! -s "$dump/toc.dat" ] || [ "$(cat "$work/dump-of" 2>/dev/null)" != "$AT" ]; then
  say "dumping $size bytes by $WORKERS workers"
  rm -rf "$dump" "$work/dump-of"
  at_scratch "$DATABASE" pg_dump -Fd -j "$WORKERS" -Z0 --no-subscriptions --lock-wait-timeout=60s -f "$dump"
  echo "$AT" >"$work/dump-of"
fi

say "restoring"
begun=$(date +%s)
restored() {
  local now left passed
  now=$(live postgres -v name="$RESTORED" <<<"SELECT pg_database_size(oid) FROM pg_database WHERE datname = :'name'") || return 0
  passed=$(($(date +%s) - begun))
  left=$((now > 0 && now < size ? passed * (size - now) / now : 0))
  say "restored $now of about $size bytes, about $left s left; then indexes and statistics"
}
meter restored
# Event triggers last: they would fire at what the restore itself does.
pg_restore -l "$dump" >"$work/all.toc"
grep -v ' EVENT TRIGGER ' "$work/all.toc" >"$work/main.toc"
grep ' EVENT TRIGGER ' "$work/all.toc" >"$work/triggers.toc" || true
at_live '' pg_restore --exit-on-error -j "$WORKERS" -L "$work/main.toc" -d "$(conninfo "$RESTORED")" "$dump"
if [ -s "$work/triggers.toc" ]; then
  at_live '' pg_restore --exit-on-error -L "$work/triggers.toc" -d "$(conninfo "$RESTORED")" "$dump"
fi
live postgres -v new="$RESTORED" -f "$plan_folder/properties.sql"
say "gathering statistics"
at_live '' vacuumdb --quiet --analyze-only -j "$WORKERS" -d "$(conninfo "$RESTORED")"
mark "$RESTORED" restored
meter_off
detail restored_bytes "$size"
