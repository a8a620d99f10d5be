#!/usr/bin/env bash
# Counts the instructions of the small parts (benches/benches/instructions.rs) in another commit and in this tree, and fails
# where this tree needs more. Instructions, not seconds: what else the machine does cannot hide a regression.
#
#   scripts/regressions.sh [COMMIT] [PERCENT]     default: HEAD, and 3 percent more at most
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
cd "$root"

need_rust
have valgrind || install_packages "counting instructions" valgrind
commit=$(git rev-parse --verify "${1:-HEAD}^{commit}")
limit=${2:-3}

# The runner must be as old as the library that Cargo.lock pins.
version=$(awk '/^name = "gungraun-runner"/ { getline; gsub(/"/, "", $3); print $3 }' Cargo.lock)
tools=$target/tools-$version
[ -x "$tools/bin/gungraun-runner" ] || cargo install --quiet --locked --root "$tools" --version "$version" gungraun-runner
export GUNGRAUN_RUNNER=$tools/bin/gungraun-runner
export GUNGRAUN_HOME=$target/instructions
# The other commit is built elsewhere, so that the two do not build over each other.
export GUNGRAUN_SEPARATE_TARGETS=no

base=$(mktemp -d)
trap 'git worktree remove --force "$base" 2>/dev/null; rm -rf "$base"' EXIT
git worktree add --quiet --detach "$base" "$commit"

say "instructions of $(git log -1 --format='%h %s' "$commit")"
(cd "$base" && CARGO_TARGET_DIR=$target/base cargo bench --quiet --locked -p azring-benches --bench instructions -- \
  --save-baseline=before)
say "instructions of this tree"
cargo bench --quiet --locked -p azring-benches --bench instructions -- --baseline=before --callgrind-limits="ir=$limit%"
