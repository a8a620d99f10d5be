#!/usr/bin/env bash
# What can be said about the code without running it: structure, format, lints, documentation, and the licences and
# advisories of what is linked in when cargo-deny is there.
#
#   scripts/check.sh             all of it
#   scripts/check.sh --strict    the same; lines of scripts/structure.allow that allow nothing any more are errors
#   scripts/check.sh --counts    only prints the counts of files, lines, functions and broken rules of structure
#
# The rules of structure are described in scripts/structure.py.
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
cd "$root"

strict=()
case ${1:-} in
  "") ;;
  --strict) strict=(--strict) ;;
  --counts) exec python3 scripts/structure.py --counts ;;
  *) fail "usage: scripts/check.sh [--strict | --counts]" ;;
esac

need_rust
have python3 || install_packages "the rules of structure" python3
cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
cargo clippy --version >/dev/null 2>&1 || rustup component add clippy

say "structure"
python3 scripts/structure.py --self-test
python3 scripts/structure.py "${strict[@]}"
say "format"
cargo fmt --all --check
say "lints"
cargo clippy --workspace --all-targets --locked -- -D warnings
if cargo deny --version >/dev/null 2>&1; then
  say "licences and advisories"
  cargo deny --all-features check
fi
