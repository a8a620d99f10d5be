#!/usr/bin/env bash
# Checks the code without running it: structure, format and lints; and the licences and advisories of its dependencies, if
# cargo-deny is installed.
#
#   scripts/check.sh                    all checks
#   scripts/check.sh --strict           the same, and superfluous lines of scripts/structure.allow are errors
#   scripts/check.sh --without-lints    all but the lints, which the build of scripts/test.sh reports
#   scripts/check.sh --counts           only prints the counts of files, lines, functions and broken rules of structure
#
# The rules of structure are described in scripts/structure.py.
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
cd "$root"

strict=()
lints=yes
case ${1:-} in
  "") ;;
  --strict) strict=(--strict) ;;
  --without-lints) lints= ;;
  --counts) exec python3 scripts/structure.py --counts ;;
  *) fail "usage: scripts/check.sh [--strict | --without-lints | --counts]" ;;
esac

need_rust
have python3 || install_packages "the rules of structure" python3
need_component fmt rustfmt

say "structure"
python3 scripts/structure.py --self-test
python3 scripts/structure.py "${strict[@]}"
say "format"
cargo fmt --all --check
if [ -n "$lints" ]; then
  say "lints"
  need_component clippy clippy
  cargo clippy --workspace --all-targets --locked -- -D warnings
fi
if cargo deny --version >/dev/null 2>&1; then
  say "licences and advisories"
  cargo deny --all-features check
fi
