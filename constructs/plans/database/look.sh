# Brings the scratch instance to the time, shows what is there, and stops it without ending recovery: a later time can still
# be had of the same copy.
# shellcheck source=../../job/common.sh
. "$(dirname "$0")/common.sh"
step=look
# shellcheck source=../../job/scratch.sh
. "$plan_folder/scratch.sh"

bring_up
# shellcheck source=view.sh
. "$plan_folder/view.sh"
view
halt
