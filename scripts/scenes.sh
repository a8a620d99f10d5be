#!/usr/bin/env bash
# The scenarios of the simulated controller (core/tests/it/link/scenario.rs) over real connections: each direction of each
# one by azring, by fixed numbers of requests and by two processes at once, and what its figures of merit come to.
#
#   scripts/scenes.sh                          # all: in the simulator, over the emulator's fault plan, and over a wire with
#                                              # delay and loss
#   ONLY=wire ROUND_TRIPS=80 LOSSES=0.001 CONGESTIONS=reno DIRECTIONS=up scripts/scenes.sh
#   DURATION=60 FIXED="1 2 4 8 16 32 64 128" scripts/scenes.sh
#
# A row says: the fixed number that moved most, and its rate; the bytes of the time measured as a share of what that number
# moved; the seconds until the mean of the next five reached 95 % of its rate; what was sent for nothing as a share of all,
# and the same without the first ten seconds; the seconds from a step of the line to 95 % again (mean of two); the number of
# requests at the end; Jain's index of two processes at once.
#
# The simulator has no rows: forty drawn links and disks, twenty drawn lines and all long ones either meet the figures that
# the names of the ignored tests in core/tests/it/tuner_*.rs say, or the script ends. `cargo test` tries a few of each.
#
# The wire needs root; without it its rows are left out.
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
cd "$root"

ONLY=${ONLY:-simulator plan wire}
DURATION=${DURATION:-20}
FIXED=${FIXED:-4 16 64}
DIRECTIONS=${DIRECTIONS:-up down}
ROUND_TRIPS=${ROUND_TRIPS:-20 80 200}
LOSSES=${LOSSES:-0 0.001}
CONGESTIONS=${CONGESTIONS:-$(cat /proc/sys/net/ipv4/tcp_available_congestion_control)}
MBIT=${MBIT:-200}
# Names of scenarios over the fault plan; empty for all.
PLANS=${PLANS:-}
# Where traces stay; by default they do not.
TRACES=${TRACES:-}
PROGRAMS=${AZRING_PROGRAMS:-$target/release}

need_rust
case $ONLY in *simulator*)
  cargo test --release --locked --quiet -p azring-core --test it -- --ignored tuner_
esac
case $ONLY in *plan* | *wire*) ;; *) exit ;; esac
if [ -z "${AZRING_PROGRAMS:-}" ]; then
  cargo build --release --locked --quiet -p azring -p azring-emulator-tests --bins
  cargo build --release --locked --quiet -p azring-benches --bin wire
fi
# shellcheck source=scripts/wire.sh
. scripts/wire.sh
traces=${TRACES:-$work/traces}
mkdir -p "$traces"

# measure TAG WAY CONTAINER SIZE WORD...: one run; its trace is TAG's.
measure() {
  local tag=$1 way=$2 container=$3 size=$4
  shift 4
  local words=(/DestKey:"$key")
  # What is downloaded is uploaded first, and stays for the next run.
  [ "$way" = up ] || words=(/SourceKey:"$key" /Count:32)
  rm -rf "$work/state-$tag"
  env XDG_STATE_HOME="$work/state-$tag" XDG_CACHE_HOME="$work/state-$tag" "${within[@]}" "$PROGRAMS/azring" bench "${way}load" \
    "$url/$container" "${words[@]}" /Size:"$size" /Duration:"${DURATION}s" /Keep /MD5:off /CRC64:off /Output:json \
    /TraceController:"$traces/$tag" "$@" >"$work/said-$tag" 2>&1 || fail "$tag: $(tail -n 5 "$work/said-$tag")"
}

# scene NAME SIZE: all runs of a scenario over the line that there is now, and its rows. `step_at` is when the line changes,
# in seconds, or nothing; `begin` and `change` are called when a run begins and when it does.
scene() {
  local name=$1 size=$2 way tool tag pair
  for way in $DIRECTIONS; do
    rm -f "$traces/now-"*
    [ "$way" = up ] || DURATION=1 measure prepare down "scene-down" "$size"
    rm -f "$traces/prepare"
    for tool in 0 $FIXED; do
      tag=now-$tool
      begin
      if [ -n "$step_at" ]; then
        (sleep "$step_at" && change) &
        pids+=($!)
      fi
      if [ "$tool" = 0 ]; then measure "$tag" "$way" "scene-$way" "$size"
      else measure "$tag" "$way" "scene-$way" "$size" "/NC:$tool"; fi
    done
    if [ -z "$step_at" ]; then
      pair=()
      begin
      for tag in now-one now-other; do
        measure "$tag" "$way" "scene-$way" "$size" &
        pair+=($!)
      done
      for pid in "${pair[@]}"; do wait "$pid"; done
    fi
    row "$name" "$way"
    if [ -n "$TRACES" ]; then
      for tag in "$traces"/now-*; do
        mv "$tag" "$traces/$(printf '%s %s' "$name" "$way" | tr -c 'a-zA-Z0-9.\n' _)-${tag##*/now-}"
      done
    fi
  done
}

# row NAME WAY: what the traces of its runs come to.
row() {
  python3 - "$traces" "$DURATION" "${step_at:-0}" "$1" "$2" "$FIXED" <<'PYTHON'
import json, os, sys
folder, duration, step_at, name, way, fixed = sys.argv[1:]
duration, step_at = float(duration), float(step_at)

def read(tag):
    """The windows of a trace: from, until, good bytes, failed bytes, number of requests."""
    with open(os.path.join(folder, "now-" + tag)) as lines:
        lines = [json.loads(line) for line in lines]
    return [((line["time_ms"] - line["window_ms"]) / 1e3, line["time_ms"] / 1e3,
             max(line["moved_bytes"] - line["failed_bytes"], 0), line["failed_bytes"], line["concurrency"]) for line in lines]

def total(windows, since, until, of=2):
    """What was moved between two times; a window that lies half in it counts half."""
    share = lambda w: max(0, min(w[1], until) - max(w[0], since)) / max(w[1] - w[0], 1e-9)
    return sum(w[of] * share(w) for w in windows)

def reached(windows, since, until, span, rate):
    for begun in [since] + [w[1] for w in windows]:
        if since <= begun <= until - span and total(windows, begun, begun + span) >= 0.95 * rate * span:
            return f"{begun - since:.1f} s"
    return "never"

def rate(windows, since, until):
    """What it is once it has settled."""
    since += 0.3 * (until - since)
    return total(windows, since, until) / (until - since)

ours, fixed = read("0"), {number: read(number) for number in fixed.split()}
phases = [(0, step_at), (step_at, duration)] if step_at else [(0, duration)]
best = {number: sum(total(windows, *phase) for phase in phases) for number, windows in fixed.items()}
number = max(best, key=best.get)
# As in the simulator: the best number of each phase, from its own settled rate.
rates = [max(rate(windows, *phase) for windows in fixed.values()) for phase in phases]
would = sum((until - since) * rate for (since, until), rate in zip(phases, rates))
good = total(ours, 0, duration)
wasted = lambda since: total(ours, since, duration, 3) / max(total(ours, since, duration) + total(ours, since, duration, 3), 1)
back, jain = "", ""
if step_at:
    back = reached(ours, step_at, duration, 2, rates[1])
else:
    shares = [total(read(tag), 0, duration) for tag in ("one", "other")]
    jain = f"{sum(shares) ** 2 / max(2 * sum(share ** 2 for share in shares), 1):.3f}"
shown = " then ".join(f"{rate / 1e6:.1f}" for rate in rates)
print(f"| {name} | {way} | {number}: {shown} MB/s | {100 * good / would:.0f} % | {100 * good / max(best[number], 1):.0f} % "
      f"| {reached(ours, *phases[0], 5, rates[0])} | {100 * wasted(0):.1f} % | {100 * wasted(10):.1f} % | {back} "
      f"| {ours[-1][4]} | {jain} |", flush=True)
PYTHON
}

# plan JSON: the fault plan from now on.
plan() {
  python3 - "$control/faults" "$1" <<'PYTHON'
import sys, urllib.request
urllib.request.urlopen(urllib.request.Request(sys.argv[1], method="PUT", data=sys.argv[2].encode()))
PYTHON
}

# over_plan NAME SIZE PLAN [LATER]: a scenario over the emulator's fault plan, which becomes another one half-way.
over_plan() {
  local name=$1 size=$2
  first=$3 later=${4:-}
  [[ -z $PLANS || $name =~ $PLANS ]] || return 0
  "$PROGRAMS/azring-emulator" --store null --no-verify >"$work/service" 2>&1 &
  pids+=($!)
  waits_for "$work/service" '^ready'
  url=$(sed -n 's/^ready blob=\([^ ]*\).*/\1/p' "$work/service")/$account
  control=$(sed -n 's/^ready .*control=\([^ ]*\).*/\1/p' "$work/service")
  within=()
  step_at=${4:+$((DURATION / 2))}
  begin() { plan "$first"; }
  change() { plan "$later"; }
  scene "$name" "$size"
  end_all
}

printf '%s s a run, fixed numbers %s\n\n' "$DURATION" "$FIXED"
printf '| scenario | way | best fixed | of the best rate | of the best number | to 95 %% | wasted | later | back | number | Jain |\n'
printf '|---|---|---|---|---|---|---|---|---|---|---|\n'

case $ONLY in *plan*)
  delay() { printf '"rules": [{"then": {"delay_ms": %s}}]' "$1"; }
  line() { printf '"bandwidth": {"total_bytes_per_second": %s}' "$1"; }
  over_plan "1 Gbit/s, 20 ms, 1 MiB" 1M "{$(delay 20), $(line 125000000)}"
  over_plan "1 Gbit/s, 100 ms, 6 MB/s a connection, 4 MiB" 4M \
    "{$(delay 100), \"bandwidth\": {\"total_bytes_per_second\": 125000000, \"connection_bytes_per_second\": 6000000}}"
  over_plan "64 KiB, 60 ms, 200 Mbit/s" 64K "{$(delay 60), $(line 25000000)}"
  over_plan "10 Mbit/s, 40 ms, 1 MiB" 1M "{$(delay 40), $(line 1250000)}"
  over_plan "500 requests/s allowed, 10 ms, 64 KiB" 64K "{$(delay 10), \"budgets\": [{\"requests_per_second\": 500}]}"
  over_plan "500 requests/s allowed, Retry-After 1 s, 10 ms, 64 KiB" 64K \
    "{$(delay 10), \"budgets\": [{\"requests_per_second\": 500, \"retry_after\": 1}]}"
  over_plan "50 MB/s allowed, 503 after the body, 10 ms, 1 MiB" 1M \
    "{$(delay 10), \"budgets\": [{\"bytes_per_second\": 50000000, \"answer\": \"after_body\"}]}"
  over_plan "200 to 20 Mbit/s, 15 ms, 1 MiB" 1M "{$(delay 15), $(line 25000000)}" "{$(delay 15), $(line 2500000)}"
  over_plan "20 to 200 Mbit/s, 30 ms, 4 MB/s a connection, 1 MiB" 1M \
    "{$(delay 30), \"bandwidth\": {\"total_bytes_per_second\": 2500000, \"connection_bytes_per_second\": 4000000}}" \
    "{$(delay 30), \"bandwidth\": {\"total_bytes_per_second\": 25000000, \"connection_bytes_per_second\": 4000000}}"
esac

case $ONLY in *wire*)
  has_wire || exit 0
  # The emulators' form of an account in the path.
  url=http://10.77.0.2:10000/$account
  within=(ip netns exec "$near")
  step_at=
  begin() { :; }
  for congestion in $CONGESTIONS; do
    for loss in $LOSSES; do
      for round_trip in $ROUND_TRIPS; do
        lay "$round_trip" "$MBIT" "$loss" "$congestion"
        scene "$MBIT Mbit/s, $round_trip ms, loss $loss, $congestion, 1 MiB" 1M
        end_all
      done
    done
  done
esac
