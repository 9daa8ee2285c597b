# The same, the other way: the original has its name again, its limit and its comment.
# shellcheck source=../../job/common.sh
. "$(dirname "$0")/common.sh"
step=undo
work=$(mktemp -d)
# shellcheck source=rename.sh
. "$plan_folder/rename.sh"

if [ "$(mark_of "$DATABASE")" = "pgsynth: anew $PLAN" ]; then
  rename "ALTER DATABASE $(name "$RESTORED") CONNECTION LIMIT 0; COMMENT ON DATABASE $(name "$RESTORED") IS $(literal "pgsynth: compared $PLAN");" \
    "$DATABASE" "$RESTORED" || stop "could not be undone, and nothing has changed: $(tr '\n' ' ' <"$work/rename")"
  replicas "$RESTORED"
  exit 0
fi
kept=$(mark_of "$BEFORE")
if [[ "$kept" != "pgsynth: before "*"\"$PLAN\""* ]]; then
  [[ "$(mark_of "$RESTORED")" != "pgsynth: compared $PLAN" ]] || { say "not swapped: nothing to undo"; replicas "$RESTORED"; exit 0; }
  stop "there is no database \"$BEFORE\" of this plan"
fi
printf '%s' "${kept#pgsynth: before }" >"$work/before"
rename "ALTER DATABASE $(name "$DATABASE") CONNECTION LIMIT $(field "$work/before" connlimit); ALTER DATABASE $(name "$RESTORED") CONNECTION LIMIT 0;
  COMMENT ON DATABASE $(name "$DATABASE") IS $(literal "$(field "$work/before" comment)"); COMMENT ON DATABASE $(name "$RESTORED") IS $(literal "pgsynth: compared $PLAN");" \
  "$DATABASE" "$RESTORED" "$BEFORE" "$DATABASE" || stop "could not be undone, and nothing has changed: $(tr '\n' ' ' <"$work/rename")"
replicas "$RESTORED"
