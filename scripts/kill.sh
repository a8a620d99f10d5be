#!/usr/bin/env bash
# Kills azring 800 times at moments that nobody chose, 100 times in each kind of copy (blobs and shares), and lets the same command go on each
# time: it must end well, with the same bytes, and move again no more than was in flight.
#
#   scripts/kill.sh              100 kills of each kind
#   scripts/kill.sh 1000         as many of each kind
#   AZRING_SEED=n scripts/kill.sh    the same moments again
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
cd "$root"

need_rust
cargo build --release --locked --quiet -p azring -p azring-emulator-tests --bins
export AZRING_PROGRAMS=$target/release AZRING_KILLS=${1:-100}
cargo test --release --locked -p azring-emulator-tests --test it -- kills:: --nocapture --test-threads=1
