#!/usr/bin/env bash
# One generation, one history: runs before PostgreSQL and lets it start only where it cannot write a second history into
# an archive, or lose one. Exit 0: go on; exit 1: a sentence says why not, and the kubelet tries again.
#
# GENERATION       this cluster's history, <namespace>/<cluster>/<n>, or `none` where nothing is archived
# RESTORE_METHOD   CLONE_METHOD of a restore that the bootstrap shall do, or nothing
# USE_CONFIGMAPS   whether Patroni keeps its state in ConfigMaps, else in Endpoints
# SCOPE, POD_NAMESPACE, POD_NAME, PGROOT, and WAL-G's variables for this generation's archive
set -uo pipefail

data=$PGROOT/data
marker=$PGROOT/.pgsynth-generation
account=${SERVICE_ACCOUNT:-/var/run/secrets/kubernetes.io/serviceaccount}
scripts=${SPILO_SCRIPTS:-/scripts}
patience=${ARCHIVE_PATIENCE:-60}

pass() { echo "archive-guard: $*"; exit 0; }
stop() { echo "archive-guard: $*" >&2; exit 1; }

write_marker() { # write_marker [bootstrapping]: by rename, so that a kill leaves the old one or the new one
  { mkdir -p "$PGROOT" && printf '%s\n' "$GENERATION" ${1+"$1"} >"$marker.new" && sync "$marker.new" &&
    mv "$marker.new" "$marker" && sync "$PGROOT"; } || stop "cannot write $marker; the volume may be full or read-only"
}

object() { # object PATH: an API object as JSON, nothing where it is not there
  local host=$KUBERNETES_SERVICE_HOST token answer
  case $host in *:*) host="[$host]" ;; esac
  token=$(cat "$account/token" 2>/dev/null) || stop "cannot read the pod's token in $account"
  answer=$(curl --silent --show-error --max-time 20 --cacert "$account/ca.crt" --write-out '\n%{http_code}' \
    --header @<(printf 'Authorization: Bearer %s' "$token") \
    "https://$host:$KUBERNETES_SERVICE_PORT/api/v1/namespaces/$POD_NAMESPACE/$1" 2>&1)
  case ${answer##*$'\n'} in
    200) printf '%s' "${answer%$'\n'*}" ;;
    404) ;;
    *) stop "cannot ask the API server for $1: $(printf '%s' "$answer" | tr '\n' ' ' | cut -c 1-300)" ;;
  esac
}

states() { if [ "$USE_CONFIGMAPS" = true ]; then echo configmaps; else echo endpoints; fi; }

initialize() { # `id`: there is a cluster; `empty`: one is being made; `absent`: there is none
  local json
  json=$(object "$(states)/$SCOPE-config") || return 1
  [ -n "$json" ] || { echo absent; return; }
  jq -r '.metadata.annotations // {} | if has("initialize") | not then "absent" elif .initialize == "" then "empty" else "id" end' <<<"$json" ||
    stop "cannot read Patroni's state: $json"
}

leader() { # the history that the running leader writes; `unmarked` where it has none, `nobody` where none runs
  local name=$SCOPE-leader json
  [ "$USE_CONFIGMAPS" = true ] || name=$SCOPE
  json=$(object "$(states)/$name") || return 1
  name=$(jq -r '.metadata.annotations.leader // ""' <<<"${json:-null}") || stop "cannot read Patroni's leader: $json"
  # This pod's PostgreSQL does not run yet, whatever the lock says.
  if [ -z "$name" ] || [ "$name" = "$POD_NAME" ]; then echo nobody; return; fi
  json=$(object "pods/$name") || return 1
  [ -n "$json" ] || { echo nobody; return; }
  name=$(jq -r '[.spec.initContainers[]? | select(.name == "archive-guard") | .env[]? | select(.name == "GENERATION") | .value][0] // "none"' <<<"$json") ||
    stop "cannot read the leader's pod"
  if [ "$name" = none ] || [ "$GENERATION" = none ]; then echo unmarked; else echo "$name"; fi
}

archive() { # `empty` or `used`
  local listing cause
  [ "$GENERATION" != none ] || { echo empty; return; }
  cause=$(mktemp) || stop "cannot make a temporary file"
  # WAL-G itself tries for more than ten minutes where nobody answers.
  listing=$(timeout "$patience" wal-g st ls 2>"$cause") ||
    stop "cannot list $WALG_S3_PREFIX at ${AWS_ENDPOINT:-AWS} within $patience s: $(tail -n 3 "$cause" | tr '\n' ' ' | cut -c 1-400)"
  rm -f "$cause"
  # The first line is the table's head.
  if [ "$(wc -l <<<"$listing")" -gt 1 ]; then echo used; else echo empty; fi
}

raised() {
  stop "this volume holds the running history $1, and the app says $GENERATION: a raised generation is a restore, not an edit." \
    "Take the edit back, or delete the cluster's resource, its volumes and Patroni's $(states) first"
}

made_anew() {
  local number=${GENERATION##*/}
  stop "the archive of $GENERATION holds a history that this volume does not continue. Nothing was started and nothing written." \
    "To begin from that history, write in the app: generation: $((number + 1)), with restore: {cluster: $SCOPE, generation: $number, at: latest}"
}

for program in curl jq timeout wal-g; do
  command -v "$program" >/dev/null || stop "the image has no $program"
done

directory=empty
if [ -d "$data" ]; then
  entries=$(ls -A "$data") || stop "cannot read $data"
  [ -z "$entries" ] || directory=present
fi
lines=()
[ ! -e "$marker" ] || mapfile -t lines <"$marker" || stop "cannot read $marker"
marked=${lines[0]:-absent} second=${lines[1]:-}
# What archives nothing has no history to keep apart, and data without an archive may get one.
if [ "$marked" != "$GENERATION" ] && { [ "$marked" = none ] || [ "$GENERATION" = none ]; }; then marked=absent; fi

if [ "$directory" = present ]; then
  case $marked in
    absent) ;;
    "$GENERATION")
      [ -n "$second" ] || pass "data of $GENERATION"
      state=$(initialize) || exit 1
      [ "$state" = id ] ||
        stop "a restore into this volume was interrupted. Delete the volume's claim and the annotation initialize of $SCOPE-config, and it starts again"
      write_marker
      pass "the restore of $GENERATION has ended"
      ;;
    *) raised "$marked" ;;
  esac
fi

runs=$(leader) || exit 1
case $runs in
  "$GENERATION") write_marker; pass "replica of $GENERATION" ;;
  nobody | unmarked) ;;
  *) raised "$runs" ;;
esac

state=$(initialize) || exit 1
if [ "$directory" = empty ] && [ "$runs" = nobody ] && [ "$state" = empty ]; then
  stop "another member bootstraps the cluster, or was interrupted. If none runs, delete the annotation initialize of $SCOPE-config"
fi
holds=$(archive) || exit 1
case $directory:$runs:$holds in
  empty:unmarked:empty) write_marker; pass "replica of a cluster that is being adopted" ;;
  empty:nobody:*)
    case $state:$holds in
      id:used) write_marker; pass "the volume is empty: Patroni refills it from the archive of $GENERATION" ;;
      id:empty) stop "the cluster exists, no member of it runs and its archive is empty: nothing to fill this volume from until a member with data is up" ;;
      absent:empty) ;;
      *) made_anew ;;
    esac
    if [ -z "${RESTORE_METHOD:-}" ]; then write_marker; pass "a new cluster, $GENERATION"; fi
    # A method that the image does not know is no error to it: it would initialise an empty cluster.
    if ! grep -qw "$RESTORE_METHOD" "$scripts/configure_spilo.py"; then
      known=$(grep -ow 'CLONE_WITH_WAL[A-Z]*' "$scripts/configure_spilo.py" | sort -u | tr '\n' ' ')
      stop "the image does not know $RESTORE_METHOD, but ${known:-no method that restores from an archive}: write it in the app, restore: {method: ...}"
    fi
    write_marker bootstrapping
    pass "restore into $GENERATION by $RESTORE_METHOD"
    ;;
  present:*:empty) write_marker; pass "data without a history, adopted as $GENERATION" ;;
  *) made_anew ;;
esac
