#!/usr/bin/env bash
# The journal under harder tests than every change needs: `crash` cuts a simulated disk in a hundred thousand runs
# (SEED=n for others), `volume` replays ten million objects, `fuzz` reads bytes that a fuzzer makes up (SECONDS_MAX=n).
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
cd "$root"

need_rust
ignored() {
  cargo test --release --locked -p azring-core --lib -- --ignored --nocapture --test-threads 1 "$1"
}
case ${1:-} in
  crash) ignored journal::tests::crash ;;
  volume)
    # Each in a process of its own: the peak of memory is the process's.
    ignored journal::tests::volume::ten_million_objects_that_are_done
    ignored journal::tests::volume::ten_million_objects_that_are_open
    ;;
  fuzz)
    cargo fuzz --version >/dev/null 2>&1 || cargo install cargo-fuzz --locked
    cargo +nightly fuzz run --fuzz-dir fuzz journal -- -max_total_time="${SECONDS_MAX:-60}" -max_len=65536
    ;;
  *)
    echo "usage: scripts/journal.sh crash | volume | fuzz" >&2
    exit 2
    ;;
esac
