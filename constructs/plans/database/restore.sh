# The database of that time beside the original, in steps that each begin anew or are done already.
# shellcheck source=../../job/common.sh
. "$(dirname "$0")/common.sh"
step=scratch
case $(mark_of "$BEFORE") in "pgsynth: before "*"\"$PLAN\""*) say "swapped already"; exit 0 ;; esac
case $(mark_of "$RESTORED") in "pgsynth: compared $PLAN") say "restored and compared already"; exit 0 ;; esac
# shellcheck source=../../job/scratch.sh
. "$plan_folder/scratch.sh"
# shellcheck source=view.sh
. "$plan_folder/view.sh"

bring_up
if [ "$(scratch postgres -c 'SELECT pg_is_in_recovery()')" = t ]; then
  view
  promote
fi
work=$SCRATCH/work
export FACTS=$work/facts.json
scratch postgres -v db="$DATABASE" -f "$plan_folder/facts.sql" >"$FACTS"
[ -s "$FACTS" ] || stop "there was no database \"$DATABASE\" at $AT"
prepared=$(scratch postgres -v db="$DATABASE" <<<"SELECT string_agg(gid, ', ') FROM pg_prepared_xacts WHERE database = :'db'")
[ -z "$prepared" ] || stop "a prepared transaction of that time holds its locks: $prepared"

for part in roles extensions copy compare; do
  step=$part
  # shellcheck source=/dev/null
  . "$plan_folder/$part.sh"
done
halt
