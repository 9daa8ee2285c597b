# Drops what the plan has left: the original as it was before the swap, or the restored one that was never swapped. There is
# no way back from here.
# shellcheck source=../../job/common.sh
. "$(dirname "$0")/common.sh"
step=clean

drop() { say "dropping \"$1\""; live postgres -v name="$1" <<<'DROP DATABASE :"name" WITH (FORCE)'; }
drop_new
case $(mark_of "$BEFORE") in
  "pgsynth: before "*"\"$PLAN\""*) drop "$BEFORE" ;;
  *) ! exists "$BEFORE" || stop "\"$BEFORE\" is not this plan's" ;;
esac
case $(mark_of "$RESTORED") in
  "pgsynth: "*" $PLAN") drop "$RESTORED" ;;
  *) ! exists "$RESTORED" || stop "\"$RESTORED\" is not this plan's" ;;
esac
if [ "$(mark_of "$DATABASE")" = "pgsynth: anew $PLAN" ]; then
  live postgres -v name="$DATABASE" <<<'COMMENT ON DATABASE :"name" IS NULL'
fi
say "nothing of the plan is left in the cluster; delete the scratch volume, the Jobs and the ConfigMap by the last line of the runbook"
