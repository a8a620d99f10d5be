#!/usr/bin/env bash
# Everything: brings what the tests need, then format, lints, unit and property tests, and the tests against Azurite and
# azring-emulator. On a fresh Debian or Ubuntu with Rust this is the one command; it ends non-zero when anything failed.
#
#   scripts/test.sh                 all of it
#   scripts/test.sh NAME...         only the emulator tests whose names contain one of these
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
cd "$root"

started=$SECONDS
step=start
finish() {
  local status=$?
  local minutes=$(((SECONDS - started) / 60)) seconds=$(((SECONDS - started) % 60))
  if [ "$status" = 0 ]; then
    printf '\nall tests passed (%d min %02d s)\n' "$minutes" "$seconds"
  else
    printf '\nFAILED at: %s (%d min %02d s)\n' "$step" "$minutes" "$seconds"
  fi
  exit "$status"
}
trap finish EXIT
begin() {
  step=$1
  say "$1"
}

begin "what the tests need"
need_rust
have python3 || install_packages "the tests with Azure's Python SDK" python3 python3-venv
{ have setpriv && have prlimit && have timeout; } || install_packages "the tests as another user" util-linux coreutils
have chromium || install_packages "the tests of the report in a browser" chromium fonts-dejavu-core
[ "$(id -u)" = 0 ] || have fusermount3 || install_packages "the tests with file systems of their own" fuse3
have qemu-img || install_packages "the tests with a VHD" qemu-utils
scripts/azurite.sh
scripts/peers.sh

if [ $# = 0 ]; then
  begin "format and lints"
  scripts/check.sh

  begin "unit and property tests"
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --workspace --locked --no-tests=pass -E 'not (package(azring-emulator-tests) and kind(test))'
  else
    cargo test --workspace --locked --exclude azring-emulator-tests --lib --bins --tests -- --quiet
    cargo test -p azring-emulator-tests --locked --lib --bins -- --quiet
  fi

  begin "examples in the documentation"
  cargo test --workspace --locked --doc --quiet
fi

begin "the programs that the emulator tests run"
cargo build -p azring -p azring-emulator-tests --bins --locked
export AZRING_PROGRAMS=$target/debug

# One process for all tests of a file, so that they share one Azurite.
begin "emulator tests"
cargo test -p azring-emulator-tests --test '*' --locked -- "$@"

# Again with Azurite in a container: the harness, and whole trees up and down.
if [ $# = 0 ]; then
  begin "emulator tests with Azurite in a container"
  status=0
  AZRING_AZURITE=container scripts/containers.sh with \
    cargo test -p azring-emulator-tests --features containers --lib --bin azurite-in-container --test it --locked -- \
    azurite:: image_has harness:: roundtrip:: || status=$?
  if [ "$status" = 77 ] && [ -z "${CI:-}" ]; then
    say "NOT RUN: there is no container engine here, and only root can have one"
  else
    (exit "$status")
  fi
fi
