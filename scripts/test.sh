#!/usr/bin/env bash
# Runs all checks and tests: installs what they need, then checks structure, format and lints, and runs unit and property
# tests and the tests against Azurite and azring-emulator. It needs a Debian or Ubuntu with Rust, and nothing else. Ends
# non-zero if anything failed.
#
#   scripts/test.sh                 all checks and tests
#   scripts/test.sh --quick         without a browser, containers and tools for disk images (300 MB of packages less), and without
#                                   the tests that need them
#   scripts/test.sh NAME...         only the emulator tests whose names contain one of these
#   --no-install                    before these: install no Debian package, and end with the one line that would
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
cd "$root"

quick=
no_install=
while [[ ${1:-} == --* ]]; do
  case $1 in
    --quick) quick=yes ;;
    --no-install) no_install=yes ;;
    *) fail "usage: scripts/test.sh [--no-install] [--quick | NAME...]" ;;
  esac
  shift
done
[ -z "$quick" ] || [ $# = 0 ] || fail "--quick takes no names of tests: with names only those tests run"
# What a quick run leaves out of the emulator tests: what needs a browser, and what needs tools for disk images.
without=()
[ -z "$quick" ] || without=(--skip a_browser_ --skip disk_images:: --skip disk_image_comes_back --skip a_disk_with_a_file_system)

started=$SECONDS
step=start
step_started=$SECONDS
providing=
provided=$(mktemp)
finish() {
  local status=$?
  [ -z "$providing" ] || kill "$providing" 2>/dev/null || true
  rm -f "$provided"
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
  [ "$step" = start ] || printf '(%s: %d s)\n' "$step" $((SECONDS - step_started))
  step=$1
  step_started=$SECONDS
  say "$1"
}

# debian_packages: all that any step needs and this machine lacks, in one go: before the build, which takes minutes.
debian_packages() {
  have cc || lacks gcc libc6-dev
  python3 -c 'import ensurepip' 2>/dev/null || lacks python3 python3-venv
  { have setpriv && have prlimit && have timeout; } || lacks util-linux coreutils
  [ "$(id -u)" = 0 ] || have fusermount3 || lacks fuse3
  { has_library libsecret-1.so.0 && has_library libglib-2.0.so.0; } || lacks libsecret-1-0 libglib2.0-0
  have curl || lacks curl
  # Completions are tried in the shells themselves.
  have zsh || lacks zsh
  have fish || lacks fish
  if [ -z "$quick" ]; then
    have chromium || lacks chromium fonts-dejavu-core
    have qemu-img || lacks qemu-utils
    have rpmbuild || lacks rpm
    have parallel || lacks parallel
    [ "$(id -u)" != 0 ] || { have slurmctld && have slurmd && have munged; } || lacks slurm-wlm munge
    # Where Docker answers, or nobody may start podman, podman is not needed.
    [ "$(id -u)" != 0 ] || [ -S /var/run/docker.sock ] || { have podman && have runc; } || lacks podman runc
  fi
  install_missing "the tests"
}
# provide: installs servers and peers. This runs beside the build.
provide() {
  scripts/azurite.sh
  scripts/peers.sh
}
# need_provided: waits for `provide`.
need_provided() {
  [ -n "$providing" ] || return 0
  local status=0
  wait "$providing" || status=$?
  providing=
  cat "$provided"
  [ "$status" = 0 ] || fail "what the tests need could not be had"
}

# One build serves all steps below. Every step gives cargo the same packages and features, or runs the built programs. With
# other packages cargo would unify other features of the dependencies and compile them again.
build=(--workspace --locked --features azring-emulator-tests/containers)

# Tests spend a part of their time waiting: for programs that they started, for delayed answers, for a terminal. So one and
# a half times as many tests as processors run at the same time.
threads=$((($(nproc) * 3 + 1) / 2))

# Without names the benchmarks are built too, for their lints.
targets=()
[ $# != 0 ] || targets=(--all-targets)

# compile_with_clippy: from here on `clippy-driver` compiles the packages of the project, and a lint is an error.
#
# `cargo clippy` would compile the dependencies a second time, and would parse and type-check the project a second time.
# `clippy-driver` is the same compiler as rustc, except that it does not optimise MIR, which a test build hardly does either.
# `cargo clippy` passes its lints to it in the same variable.
compile_with_clippy() {
  need_component clippy clippy
  export RUSTC_WORKSPACE_WRAPPER=clippy-driver CLIPPY_ARGS=-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__
  # If a later clippy ignores the variable, lints become warnings that nobody sees. So a file with a lint has to fail here.
  local folder refused=
  folder=$(mktemp -d)
  echo 'pub fn kept(x: u8) -> u8 { return x; }' >"$folder/lint.rs"
  clippy-driver rustc --crate-type lib --emit metadata --out-dir "$folder" "$folder/lint.rs" 2>"$folder/messages" \
    || refused=$(grep 'unneeded .return. statement' "$folder/messages") || true
  rm -r "$folder"
  [ -n "$refused" ] || fail "clippy-driver does not treat lints as errors"
}

# integration_tests PACKAGE: the programs that hold the tests of PACKAGE/tests, as lines of name and path.
integration_tests() {
  cargo test "${build[@]}" --no-run --quiet --message-format json | python3 -c '
import json, pathlib, sys
for line in sys.stdin:
    made = json.loads(line)
    if made.get("executable") and made["target"]["kind"] == ["test"]:
        if pathlib.Path(made["manifest_path"]).parent.name == sys.argv[1]:
            print(made["target"]["name"], made["executable"])
' "$1"
}
# run_integration_tests PACKAGE ARGUMENT...: runs all test programs of PACKAGE, also after a failure. Each program is one
# process, so that its tests share costly things: the emulator tests an Azurite, those of core the results of the simulator.
# What failed tests said is printed a second time after the last program, with the free disk space and memory.
run_integration_tests() {
  local package=$1 programs name program failed= output
  shift
  programs=$(integration_tests "$package")
  [ -n "$programs" ] || fail "$package has no integration tests"
  output=$(mktemp)
  while read -r name program; do
    say "$package: $name"
    (cd "$package" && "$program" "$@" </dev/null) 2>&1 | tee -a "$output" || failed="$failed $name"
  done <<<"$programs"
  if [ -n "$failed" ]; then
    df -h "${TMPDIR:-/tmp}" .
    free -m
    grep -A 12 "panicked at" "$output" | cut -c 1-400 | head -200 || true
  fi
  rm "$output"
  [ -z "$failed" ] || fail "tests failed:$failed"
}

begin "what the build needs"
debian_packages
need_rust
provide >"$provided" 2>&1 &
providing=$!

if [ $# = 0 ]; then
  begin "structure and format"
  scripts/check.sh --without-lints
  compile_with_clippy
  begin "build with lints"
else
  begin "build"
fi
cargo test "${build[@]}" --no-run "${targets[@]}"
# The emulator tests run the programs of this build.
export AZRING_PROGRAMS=$target/debug
# They start Azurite as a process, unless AZURITE_BLOB_URL names a running one. The last step starts it in a container.
[ -n "${AZURITE_BLOB_URL:-}" ] || export AZRING_AZURITE=${AZRING_AZURITE:-process}

if [ $# = 0 ]; then
  begin "unit and property tests"
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run "${build[@]}" --no-tests=pass --test-threads "$threads" \
      -E 'not ((package(azring-emulator-tests) or package(azring-core)) and kind(test))'
  else
    cargo test "${build[@]}" --lib --bins -- --quiet
    run_integration_tests transport --quiet
    run_integration_tests cli --quiet
  fi
  run_integration_tests core --quiet

  begin "examples in the documentation"
  cargo test "${build[@]}" --doc --quiet
fi

begin "what the emulator tests need"
need_provided

begin "emulator tests"
if [ $# != 0 ]; then
  named=$(integration_tests emulator-tests | while read -r _ program; do "$program" --list "$@" </dev/null; done | grep -c ': test$') \
    || fail "no emulator test has a name that contains: $*"
  say "$named tests match: $*"
fi
export RUST_TEST_THREADS=$threads
[ -n "${AZRING_RECORDINGS:-}" ] ||
  say "NOT RUN: the emulator against recordings of the real service, because AZRING_RECORDINGS names no folder with them"
run_integration_tests emulator-tests "$@" "${without[@]}"

# Other people's clients that install within seconds.
if [ $# = 0 ]; then
  begin "other people's clients"
  scripts/strangers.sh
fi

# What `azring shard plan --emit` prints: run by Slurm and GNU parallel, and read by the schemas of Kubernetes and Azure Batch.
if [ $# = 0 ] && [ -z "$quick" ]; then
  begin "schedulers"
  scripts/schedulers.sh
fi

# The packages, of the programs that were just built: what is in them and what needs no other system. scripts/package_test.sh
# without `quick` tests the real ones.
if [ $# = 0 ] && [ -z "$quick" ]; then
  begin "packages"
  AZRING_PACKAGES=$(mktemp -d)
  export AZRING_PACKAGES
  AZRING_COMPRESSION=1 scripts/package.sh built "$AZRING_PROGRAMS"
  scripts/package_test.sh quick
  rm -r "$AZRING_PACKAGES"
fi

# Azurite in a container: the tests of the harness, and copies of files of all lengths in both directions.
if [ $# = 0 ] && [ -z "$quick" ]; then
  begin "emulator tests with Azurite in a container"
  status=0
  program=$(integration_tests emulator-tests | sed -n 's/^it //p')
  AZRING_AZURITE=container scripts/containers.sh with env -C emulator-tests "$program" \
    harness:: roundtrip::every_length || status=$?
  if [ "$status" = 77 ] && [ -z "${CI:-}" ]; then
    say "NOT RUN: there is no container engine here, and only root can have one"
  else
    (exit "$status")
  fi
fi
begin "end"
