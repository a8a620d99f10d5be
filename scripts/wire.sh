# shellcheck shell=bash
# Sourced by the scripts that measure over a wire: two network namespaces joined by one in user space
# (benches/src/bin/wire.rs), with azring-emulator at the far end. Delay, speed and loss hold for packets, so that TCP
# behaves as over a real line.
#
# Whoever sources it has set `PROGRAMS`, where the built programs are.

near=azring-near-$$ far=azring-far-$$
work=$(mktemp -d)
pids=()
# The public account of the emulators.
account=devstoreaccount1
key='Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='

end_all() {
  for pid in "${pids[@]}"; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  pids=()
  ip netns del "$near" 2>/dev/null || true
  ip netns del "$far" 2>/dev/null || true
}
trap 'end_all; rm -rf "$work"' EXIT

# has_wire: whether this user and this machine can make one; says why not.
has_wire() {
  if [ "$(id -u)" != 0 ]; then
    echo "skipped: two network namespaces and a wire between them need root"
    return 1
  fi
  have ip || install_packages "network namespaces" iproute2
  if ! [ -c /dev/net/tun ] || ! ip netns add "$near" 2>/dev/null; then
    echo "skipped: this machine gives no network namespaces or no /dev/net/tun, even to root"
    return 1
  fi
  ip netns del "$near"
}

# waits_for FILE TEXT: until a program has said that it is ready.
waits_for() {
  for _ in $(seq 1 200); do
    grep -q "$2" "$1" 2>/dev/null && return
    sleep 0.05
  done
  fail "no answer: $(cat "$1")"
}

# lay ROUND_TRIP_MS MBIT LOSS CONGESTION WORD...: the two ends, the wire between them and the service at the far one, with
# more words for it.
lay() {
  local round_trip=$1 mbit=$2 loss=$3 congestion=$4 end
  shift 4
  ip netns add "$near"
  ip netns add "$far"
  "$PROGRAMS/wire" azrn$$ azrf$$ --round-trip-ms "$round_trip" --mbit "$mbit" --loss "$loss" >"$work/wire" 2>&1 &
  pids+=($!)
  waits_for "$work/wire" ready
  ip link set azrn$$ netns "$near"
  ip link set azrf$$ netns "$far"
  ip -n "$near" addr add 10.77.0.1 peer 10.77.0.2 dev azrn$$
  ip -n "$far" addr add 10.77.0.2 peer 10.77.0.1 dev azrf$$
  ip -n "$near" link set azrn$$ up
  ip -n "$far" link set azrf$$ up
  for end in "$near" "$far"; do
    ip netns exec "$end" sh -c "echo $congestion >/proc/sys/net/ipv4/tcp_congestion_control"
  done
  ip -n "$near" link set lo up
  ip -n "$far" link set lo up
  ip netns exec "$far" "$PROGRAMS/azring-emulator" --host 10.77.0.2 --blob-port 10000 --store null --no-verify "$@" \
    >"$work/service" 2>&1 &
  pids+=($!)
  waits_for "$work/service" '^ready'
}
