#!/usr/bin/env bash
# Measures azring-emulator beside Azurite, in turns: time to the first answer, memory when idle, processor time of the server
# for puts and gets of 4 KiB, and the rate of Put Block into the null store (azring-emulator only). With `--service table` it is
# the Table service: entities of 1 KB in batches of 100, and a query for all of them. Prints a table of medians.
# Ends non-zero if azring-emulator takes more than 10 ms to start or is idle with more than 5 MiB in its best round.
#
#   scripts/beside_azurite.sh              5 rounds, 5,000 puts and gets
#   scripts/beside_azurite.sh --rounds 9 --requests 1000
#   scripts/beside_azurite.sh --service table --requests 20000
#   scripts/beside_azurite.sh --before OTHER/azring-emulator    another build of azring-emulator in each round as well
#
# AZRING_PROGRAMS names the folder of an emulator that is already built; it must be a release build.
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
cd "$root"

"$root/scripts/azurite.sh" >&2
node_tools
if [ -z "${AZRING_PROGRAMS:-}" ]; then
  need_rust
  cargo build --release --locked --quiet -p azring-emulator-tests --bin azring-emulator
  AZRING_PROGRAMS=$target/release
fi
exec python3 "$root/scripts/beside_azurite.py" "$AZRING_PROGRAMS/azring-emulator" \
  "$root/emulator-tests/node_modules/azurite/dist/src" "$@"
