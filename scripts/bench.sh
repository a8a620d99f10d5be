#!/usr/bin/env bash
# azring beside AzCopy 10 and rclone on the same work, against azring-emulator. Builds what it needs, installs the rivals
# into .peers, and hands its words to the comparison: `scripts/bench.sh --help` lists them.
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
cd "$root"

need_rust
case " $* " in
  *" --help "*) ;;
  *)
    scripts/peers.sh >&2
    have fio || install_packages "what the disk can do" fio >&2
    have taskset || install_packages "runs on one processor" util-linux >&2
    ;;
esac
cargo build --release --locked --quiet -p azring -p azring-emulator-tests --bins
cargo build --release --locked --quiet -p azring-benches --bins
export AZRING_PROGRAMS=$target/release
exec "$target/release/compare" "$@"
