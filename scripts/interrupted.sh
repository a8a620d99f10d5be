#!/usr/bin/env bash
# Interrupts uploads at random moments, every second one with two signals, and adds up the numbers of each summary:
# done, skipped, failed and interrupted are all that was listed.
#
#   scripts/interrupted.sh [RUNS]      200 runs unless told otherwise
#
# With AZRING_PROGRAMS=FOLDER it runs the programs that are in the folder and builds nothing.
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
# shellcheck source=scripts/emulator.sh
. "$root/scripts/emulator.sh"

runs=${1:-200}
cd "$root"
programs=${AZRING_PROGRAMS:-}
if [ -z "$programs" ]; then
  need_rust
  cargo build --release --locked -p azring -p azring-emulator-tests --bins
  programs=$root/target/release
fi
make_work interrupted
mkdir "$work/source"
for number in $(seq 200); do head -c 20000 /dev/urandom >"$work/source/$number"; done
cat >"$work/faults" <<'END'
{"rules": [{"when": {"method": "PUT", "path": "*/c*/*7"}, "then": {"answer": {"status": 403, "code": "Nope"}}},
           {"when": {"method": "PUT", "path": "*/c*/*"}, "then": {"delay_ms": 30}}]}
END
start_emulator "$programs/azring-emulator" --store null --faults "$work/faults"

export AZRING_CONFIG='' XDG_STATE_HOME=$work/state AZRING_DEST_KEY=$key
wrong=0
partial=0
for run in $(seq "$runs"); do
  "$programs/azring" "/Source:$work/source" "/Dest:$blob/c$run" /DestType:Blob /Y /NC:4 >"$work/out" 2>"$work/err" &
  azring=$!
  sleep "$(awk -v seed="$RANDOM" 'BEGIN { srand(seed); printf "%.3f", rand() * 1.6 }')"
  kill -INT "$azring" 2>/dev/null || true
  if [ $((run % 2)) = 0 ]; then
    sleep 0.55
    kill -INT "$azring" 2>/dev/null || true
  fi
  code=0
  wait "$azring" || code=$?
  sum=$(awk '
    / of total / { for (n = 1; n < NF; n++) if ($n == "total") listed = $(n + 1) }
    /^Transfer (successfully|skipped|failed|interrupted):/ { ended += $3 }
    /^Transfer interrupted:/ { open = $3 }
    END { print (listed == "" ? "none" : listed == ended ? "equal" : "different"), listed + 0, ended + 0, open + 0 }
  ' "$work/out")
  read -r verdict listed ended open <<<"$sum"
  case $verdict in
    equal) [ "$open" = 0 ] || partial=$((partial + 1)) ;;
    # A signal before the run began leaves no summary.
    none) ;;
    *)
      wrong=$((wrong + 1))
      echo "run $run (exit code $code): $listed listed, $ended ended"
      cat "$work/out"
      ;;
  esac
done
say "$runs runs, $partial of them with interrupted objects, $wrong summaries that do not add up"
[ "$wrong" = 0 ]
