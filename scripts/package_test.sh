#!/usr/bin/env bash
# Tests the packages that scripts/package.sh made. Ends non-zero if one does not do what it promises. Servers listen on
# loopback addresses only.
#
#   scripts/package_test.sh                 all tests, as root: chroots of Debian 11, 12 and 13, of Ubuntu 20.04 and one without any
#                                           library, .deb, .rpm, wheels, npm, images under podman (about 10 minutes and 2 GB the first time)
#   scripts/package_test.sh quick           only what needs no root: archive, .deb and .rpm unpacked, wheels, npm, docs (a minute)
#   scripts/package_test.sh NAME...         only these: archive deb rpm wheels npm install documents image
#                                           scratch newcomer
#   scripts/package_test.sh reproduce       builds everything a second time in a clone in another folder, and compares the bytes
#   AZRING_PACKAGES=FOLDER                  where the packages are, other than target/packages
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
# shellcheck source=scripts/emulator.sh
. "$root/scripts/emulator.sh"
# shellcheck source=scripts/podman.sh
. "$root/scripts/podman.sh"
cd "$root"

packages=${AZRING_PACKAGES:-$target/packages}
caches=$root/.peers/package-tests
suites=(bullseye bookworm trixie focal)
ubuntu_keys=pool/main/u/ubuntu-keyring/ubuntu-keyring_2020.02.11.4_all.deb
ubuntu_keys_sum=2684fae16e90a9ff3cb4dc08a8af5bd9973d38763b60e5f458dea0b403a39788

passed=0
make_work packages
finish() {
  local status=$?
  [ ! -d "$work/podman" ] || end_podman "$work/podman" "$work/podman/run"
  end_work
  [ "$status" = 0 ] || printf '\nFAILED\n'
}
trap finish EXIT

# one PATTERN: the one package whose name matches.
one() {
  local found
  found=$(find "$packages" -maxdepth 1 -name "$1")
  [ -n "$found" ] && [ "$(wc -l <<<"$found")" = 1 ] || fail "\`$packages\` has no package, or several, named $1: run scripts/package.sh"
  echo "$found"
}
passes() {
  passed=$((passed + 1))
  printf 'ok  %s\n' "$*"
}
need_root() { [ "$(id -u)" = 0 ] || fail "this test needs root: run scripts/package_test.sh quick without"; }

# make_tree FOLDER: something to copy.
make_tree() {
  local n
  for n in 1 2 3 4 5; do
    mkdir -p "$1/folder-$n/deep"
    head -c 60000 /dev/urandom | split -b 3000 - "$1/folder-$n/deep/file-"
  done
  head -c 24M /dev/urandom >"$1/large"
  : >"$1/empty"
}

# copies NAME FOLDER PREFIX...: copies a tree up and down, on io_uring and in threads, with and without TLS. The prefix runs a
# program; FOLDER is what the program sees as /copies.
copies() {
  local name=$1 folder=$2 scheme mode
  shift 2
  make_tree "$folder/tree"
  for scheme in http https; do
    local options=()
    [ $scheme = http ] || options=(--https --ca-out /copies/ca.pem)
    start_emulator "$@" azring-emulator --blob-port 0 "${options[@]}"
    local trust=()
    [ $scheme = http ] || trust=(/CaFile:/copies/ca.pem)
    for mode in ring threads; do
      "$@" azring /Source:/copies/tree "/Dest:$blob/$mode" "/DestKey:$key" /DestType:Blob /S /Y /NoJournal "/IO:$mode" "${trust[@]}" >"$work/said" 2>&1 \
        && "$@" azring "/Source:$blob/$mode" /Dest:/copies/back "/SourceKey:$key" /SourceType:Blob /S /Y /NoJournal "/IO:$mode" "${trust[@]}" >>"$work/said" 2>&1 \
        || { cat "$work/said"; fail "$name: a copy with $mode over $scheme failed"; }
      diff -r "$folder/tree" "$folder/back" || fail "$name: what came back is not what was sent"
      rm -r "$folder/back"
      passes "$name: a tree up and down over $scheme with $mode"
    done
    stop_emulator
  done
  rm -r "$folder/tree"
}

# The words before a folder and a command that run the command in the chroot, as the same process.
inside=(env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin HOME=/root LC_ALL=C chroot)
# in_root ROOT COMMAND...: runs it in a chroot.
in_root() { "${inside[@]}" "$@"; }
# need_suite SUITE: makes its chroot once.
need_suite() {
  [ ! -e "$caches/$1/.complete" ] || return 0
  have debootstrap || install_packages "tests in chroots" debootstrap
  say "making a chroot of $1"
  rm -rf "${caches:?}/$1"
  mkdir -p "$caches"
  local origin=() from=()
  if [ "$1" = focal ]; then
    # Debian has no keys of Ubuntu.
    origin=(http://archive.ubuntu.com/ubuntu)
    python3 - "${origin[0]}/$ubuntu_keys" "$work/keys.deb" <<<'import sys, urllib.request; urllib.request.urlretrieve(*sys.argv[1:])'
    sha256sum --quiet --check <<<"$ubuntu_keys_sum  $work/keys.deb" || fail "the keys of Ubuntu are not those that are expected"
    dpkg-deb -x "$work/keys.deb" "$work/keys"
    from=(--keyring="$work/keys/usr/share/keyrings/ubuntu-archive-keyring.gpg")
  fi
  debootstrap "${from[@]}" --variant=minbase --include=ca-certificates "$1" "$caches/$1" "${origin[@]}" >"$work/debootstrap" \
    || { tail -n 20 "$work/debootstrap"; fail "debootstrap $1"; }
  touch "$caches/$1/.complete"
}
# files_of ROOT: all names in it but those of the package manager's notes.
files_of() { (cd "$1" && find . -xdev ! -path './var/lib/dpkg*' ! -path './var/log*' ! -path './var/cache/*' ! -path './tmp*' | sort); }

test_archive() {
  (cd "$packages" && sha256sum --quiet --check SHA256SUMS)
  passes "checksums"
  local folder=$work/archive
  mkdir -p "$folder"
  tar -x -C "$folder" --strip-components=1 -f "$(one 'azring-[0-9]*-x86_64-linux.tar.gz')"
  local name
  for name in bin/azring bin/azring-emulator share/man/man1/azring.1 share/man/man1/azring-emulator.1 share/bash-completion/completions/azring \
    share/zsh/site-functions/_azring share/fish/vendor_completions.d/azring.fish share/azring/completions/azring.ps1 share/azring/seccomp.json \
    share/doc/azring/{LICENSE,THIRD-PARTY-LICENCES.txt,azring.cdx.json} share/doc/azring-emulator/{LICENSE,THIRD-PARTY-LICENCES.txt,azring-emulator.cdx.json}; do
    [ -s "$folder/$name" ] || fail "the archive has no $name"
  done
  "$folder/bin/azring" --version >/dev/null && "$folder/bin/azring-emulator" --version >/dev/null
  bash -n "$folder/share/bash-completion/completions/azring"
  passes "the archive is complete and runs"
  [ -z "${quick:-}" ] || return 0
  ! grep -rlaF -e "$root" -e "${CARGO_HOME:-$HOME/.cargo}" "$folder" || fail "the archive has paths of this machine"
  passes "the archive has no path of this machine"
}

# What lintian says and is meant: the project has no mail address.
test_deb() {
  local name folder
  for name in azring azring-emulator; do
    folder=$work/deb/$name
    mkdir -p "$folder"
    dpkg-deb -x "$(one "${name}_*_amd64.deb")" "$folder"
    "$folder/usr/bin/$name" --version >/dev/null
    (cd "$folder" && dpkg-deb -e "$(one "${name}_*_amd64.deb")" "$folder/DEBIAN" && md5sum --quiet -c DEBIAN/md5sums)
  done
  passes "the .deb packages unpack and run"
  [ -z "${quick:-}" ] || return 0
  need_root
  have lintian || install_packages "checking .deb packages" lintian
  lintian --allow-root "$packages"/*.deb 2>/dev/null | grep -v -e "malformed-contact Maintainer" -e bogus-mail-host-in-debian-changelog >"$work/lintian" || true
  [ ! -s "$work/lintian" ] || { cat "$work/lintian"; fail "lintian complains"; }
  passes "lintian has nothing to say but that the project has no mail address"
  local suite copy
  for suite in "${suites[@]}"; do
    need_suite "$suite"
    copy=$work/$suite
    cp -a "$caches/$suite" "$copy"
    mkdir "$copy/copies"
    files_of "$copy" >"$work/before"
    cp "$packages"/*.deb "$copy/tmp/"
    in_root "$copy" sh -c 'dpkg -i /tmp/*.deb' >"$work/dpkg" 2>&1 || { cat "$work/dpkg"; fail "$suite: dpkg -i"; }
    in_root "$copy" azcopy --version | grep -q . || fail "$suite: azcopy is no alternative"
    copies "$suite" "$copy/copies" "${inside[@]}" "$copy"
    rm -rf "${copy:?}/copies"/* "$copy/root/.local"
    in_root "$copy" sh -c 'dpkg -P azring azring-emulator' >"$work/dpkg" 2>&1 || { cat "$work/dpkg"; fail "$suite: dpkg -P"; }
    files_of "$copy" >"$work/after"
    diff "$work/before" "$work/after" || fail "$suite: the removed packages left something behind"
    printf '#!/bin/sh\necho the other one\n' >"$copy/usr/bin/azcopy"
    chmod 755 "$copy/usr/bin/azcopy"
    in_root "$copy" sh -c 'dpkg -i /tmp/*.deb' >"$work/dpkg" 2>&1 || { cat "$work/dpkg"; fail "$suite: dpkg -i beside an AzCopy"; }
    [ "$(in_root "$copy" azcopy)" = "the other one" ] || fail "$suite: an installed azcopy was replaced"
    passes "$suite: installs and removes cleanly, and leaves an installed azcopy alone"
    rm -rf "$copy"
  done
}

test_rpm() {
  have rpm || install_packages "tests of .rpm packages" rpm
  local name file folder
  for name in azring azring-emulator; do
    file=$(one "$name-[0-9]*.x86_64.rpm")
    folder=$work/rpm/$name
    mkdir -p "$folder"
    rpm -K --nosignature "$file" >/dev/null
    rpm -qpl "$file" >"$work/files"
    for path in "/usr/bin/$name" "/usr/share/man/man1/$name.1.gz" "/usr/share/doc/$name/THIRD-PARTY-LICENCES.txt" "/usr/share/doc/$name/$name.cdx.json"; do
      grep -qxF "$path" "$work/files" || fail "$file has no $path"
    done
    # rpm2archive writes beside the package.
    cp "$file" "$work/$name.rpm"
    rpm2archive "$work/$name.rpm"
    tar -x -C "$folder" -f "$work/$name.rpm.tgz"
    "$folder/usr/bin/$name" --version >/dev/null
  done
  passes "the .rpm packages have what they promise, unpack and run"
  [ -z "${quick:-}" ] || return 0
  need_root
  need_suite bookworm
  local copy=$work/rpm-root
  cp -a "$caches/bookworm" "$copy"
  # Debian's root has no rpm that provides the C library, and its rpm warns of itself.
  rpm --force-debian --root "$copy" --install --nodeps "$packages"/*.rpm
  in_root "$copy" azcopy --version | grep -q . || fail "rpm: azcopy is no alternative"
  rpm --force-debian --root "$copy" --erase azring azring-emulator
  [ ! -e "$copy/usr/bin/azring" ] && [ ! -e "$copy/usr/share/doc/azring" ] && [ ! -e "$copy/usr/bin/azcopy" ] || fail "rpm: something stayed after the removal"
  passes "the .rpm packages install and remove"
}

test_wheels() {
  have python3 || install_packages "tests of wheels" python3 python3-venv
  local venv=$work/venv pins=$root/scripts/peers/requirements.txt
  python_packages "$venv" --no-index --no-deps "$(one 'azring-[0-9]*.whl')" "$(one 'azring_emulator-*.whl')"
  "$venv/bin/azring" --version >/dev/null && "$venv/bin/azring-emulator" --version >/dev/null
  passes "pip install: azring and azring-emulator run"
  python_packages "$venv" pytest "$(grep '^azure-storage-blob' "$pins")"
  (cd "$work" && "$venv/bin/pytest" -q -p no:cacheprovider "$root/packages/tests/test_emulator.py") >"$work/pytest" 2>&1 \
    || { cat "$work/pytest"; fail "the tests with the fixture failed"; }
  passes "the fixture of pytest, with Azure's client"
}

test_npm() {
  node_tools
  local folder=$work/npm
  mkdir -p "$folder"
  cp packages/tests/emulator.test.js "$folder/"
  (
    cd "$folder"
    echo '{"private": true}' >package.json
    npm install --offline --no-audit --no-fund --loglevel=error "$(one 'azring-emulator-*.tgz')" >/dev/null
    npx --offline azring-emulator --version >/dev/null
    node --test emulator.test.js
  ) >"$work/node" 2>&1 || { cat "$work/node"; fail "the test with the npm package failed"; }
  passes "npm install: the emulator starts from Node.js"
}

# need_engine: a podman of this test.
need_engine() {
  need_root
  need_podman "tests of container images"
  own_podman "$work/podman" "$work/podman/run"
}
# engine_command NAME: a command of that name in $work/bin, which is this podman.
engine_command() {
  mkdir -p "$work/bin"
  printf '#!/bin/sh\nexec %s %s "$@"\n' "$(command -v "${podman[0]}")" "${podman[*]:1}" >"$work/bin/$1"
  chmod 755 "$work/bin/$1"
}

# follow MARK: does what docs/emulator-in-ci.md says, as somebody who has the packages.
follow() {
  local folder=$work/documents mark=$1
  rm -rf "$folder"
  mkdir -p "$folder"
  ln -s "$packages" "$folder/packages"
  (cd "$folder" && PIP_DISABLE_PIP_VERSION_CHECK=1 python3 "$root/packages/tests/run_document.py" "$root/docs/emulator-in-ci.md" ${mark:+"$mark"}) \
    >"$work/said" 2>&1 </dev/null || { cat "$work/said"; fail "what docs/emulator-in-ci.md says does not work"; }
  passes "docs/emulator-in-ci.md${mark:+ with $mark}: $(tail -n 1 "$work/said")"
}
# The pipelines that `follow` wrote against the schemas of their services, which a package of PyPI carries.
pipelines_have_their_form() {
  local folder=$work/schemas
  python_packages "$folder" -r packages/tests/requirements.txt
  "$folder/bin/check-jsonschema" --builtin-schema vendor.github-workflows "$work"/documents/.github/workflows/*.yml >/dev/null
  "$folder/bin/check-jsonschema" --builtin-schema vendor.azure-pipelines --data-transform azure-pipelines "$work/documents/azure-pipelines.yml" >/dev/null
  # The check is one: a wrong word is found.
  sed 's/runs-on:/run-on:/' "$work/documents/.github/workflows/test.yml" >"$work/wrong.yml"
  ! "$folder/bin/check-jsonschema" --builtin-schema vendor.github-workflows "$work/wrong.yml" >/dev/null 2>&1 || fail "a wrong workflow is taken for a right one"
  sed 's/displayName:/displayedName:/' "$work/documents/azure-pipelines.yml" >"$work/wrong.yml"
  ! "$folder/bin/check-jsonschema" --builtin-schema vendor.azure-pipelines --data-transform azure-pipelines "$work/wrong.yml" >/dev/null 2>&1 \
    || fail "a wrong pipeline is taken for a right one"
  passes "the pipelines of docs/emulator-in-ci.md have the form that GitHub and Azure DevOps want"
}
test_documents() {
  node_tools
  follow ""
  pipelines_have_their_form
  [ -z "${quick:-}" ] || return 0
  # podman answers as Docker does, and has its own command.
  need_engine
  start_engine "$work/podman/run" || fail "podman's engine does not answer"
  engine_command docker
  # testcontainers would bring an image that removes forgotten containers. In a container it would ask for networks in a way that
  # podman 4.3 does not answer.
  PATH=$work/bin:$PATH DOCKER_HOST=unix://$work/podman/run/engine.sock TESTCONTAINERS_RYUK_DISABLED=true \
    TESTCONTAINERS_CONNECTION_MODE=docker_host follow containers
}

# The static programs in a folder with nothing else, and a name that only a DNS server knows.
test_scratch() {
  need_root
  local folder=$work/nothing
  mkdir -p "$folder/unpacked" "$folder/root/usr" "$folder/root/copies" "$folder/root/tmp" "$folder/root/etc"
  tar -x -C "$folder/root/usr" --strip-components=1 -f "$(one 'azring-[0-9]*-static.tar.gz')"
  copies "no library" "$folder/root/copies" "${inside[@]}" "$folder/root"
  echo 'nameserver 127.0.0.1' >"$folder/root/etc/resolv.conf"
  # In a network of its own, so that the server can have the port of DNS.
  unshare --net bash -c '
    set -e
    ip link set lo up
    python3 "$1/packages/tests/dns_server.py" 127.0.0.1 storage.test & dns=$!
    trap "kill \$dns" EXIT
    exec 3< <(exec chroot "$2" /usr/bin/azring-emulator --blob-port 10000)
    emulator=$!
    read -r ready <&3
    status=0
    chroot "$2" /usr/bin/azring make http://storage.test:10000/devstoreaccount1/named /SourceType:Blob "/SourceKey:$3" || status=$?
    kill $emulator
    exit $status
  ' - "$root" "$folder/root" "$key" >"$work/said" 2>&1 || { cat "$work/said"; fail "the static program does not resolve a name"; }
  passes "no library: a name from a DNS server"
}

test_image() {
  need_engine
  mkdir -p "$work/images"
  local name version
  for name in azring azring-emulator; do
    "${podman[@]}" load --quiet --input "$(one "$name-[0-9]*-image.tar")" >/dev/null
  done
  version=$("${podman[@]}" images --format '{{.Tag}}' localhost/azring)
  "${podman[@]}" run --detach --quiet --network none --name emulator "localhost/azring-emulator:$version" >/dev/null
  make_tree "$work/images/tree"
  chmod -R a+rX "$work"
  mkdir -m 777 "$work/images/out"
  local line expected
  for line in "ring --security-opt=seccomp=$root/containers/seccomp.json" "ring --security-opt=seccomp=$root/containers/seccomp.json --cap-drop=all --security-opt=no-new-privileges --read-only --tmpfs=/tmp" "threads"; do
    read -ra words <<<"$line"
    expected=${words[0]}
    run() {
      "${podman[@]}" run --rm --network container:emulator --volume "$work/images:/data" "${words[@]:1}" "localhost/azring:$version" "$@"
    }
    run /Source:/data/tree "/Dest:http://127.0.0.1:10000/$account/images" "/DestKey:$key" /DestType:Blob /S /Y >"$work/said" 2>&1 \
      && run "/Source:http://127.0.0.1:10000/$account/images" /Dest:/data/out/back "/SourceKey:$key" /SourceType:Blob /S /Y >>"$work/said" 2>&1 \
      || { cat "$work/said"; fail "the image: a copy failed ($line)"; }
    diff -r "$work/images/tree" "$work/images/out/back" || fail "the image: what came back is not what was sent"
    [ "$(stat -c %u "$work/images/out/back/large")" = 65534 ] || fail "the image does not run as user 65534"
    rm -r "$work/images/out/back"
    # Only what is not as good as it can be is told.
    case $expected in
      ring) ! grep -q 'io: threads' "$work/said" || { cat "$work/said"; fail "the seccomp profile does not allow io_uring"; } ;;
      threads) grep -q 'io: threads' "$work/said" || fail "without the profile it is expected to say that it works with threads" ;;
    esac
    passes "the image, as user 65534, with $expected (${words[*]:1})"
  done
  "${podman[@]}" rm --force --time 5 emulator >/dev/null
}

# readme BEGINNING: the command of README.md's table that begins so.
readme() {
  local found
  found=$(grep -o "\`$1[^\`]*\`" "$root/README.md" | head -n 1 | tr -d '`')
  [ -n "$found" ] || fail "README.md has no command that begins with: $1"
  echo "$found"
}
# The commands of README.md that install, as they stand, in a folder with the packages.
test_install() {
  local folder=$work/install command
  mkdir -p "$folder/home/.local"
  ln -s "$packages"/* "$root/containers" "$folder/"
  python3 -m venv "$folder/venv"
  (cd "$folder" && PATH=$folder/venv/bin:$PATH bash -ec "PIP_DISABLE_PIP_VERSION_CHECK=1 $(readme 'pip install') --quiet --no-index") \
    && "$folder/venv/bin/azring" version >/dev/null || fail "README.md: pip"
  (cd "$folder" && HOME=$folder/home bash -ec "$(readme 'tar -x')") && "$folder/home/.local/bin/azring" version >/dev/null || fail "README.md: tar"
  passes "README.md: pip install and tar"
  [ -z "${quick:-}" ] || return 0
  # The root without the network that apt would ask.
  need_root
  need_suite bookworm
  cp -a "$caches/bookworm" "$folder/root"
  cp "$packages"/*.deb "$folder/root/root/"
  command=$(readme 'apt install')
  in_root "$folder/root" sh -c "cd /root && $command" </dev/null >"$work/said" 2>&1 && in_root "$folder/root" azring version >/dev/null \
    || { cat "$work/said"; fail "README.md: $command"; }
  rm -rf "$folder/root"
  passes "README.md: apt install"
  # dnf is not on this system; what it would install is tested by `rpm`.
  one "$(basename "$(readme 'dnf install' | cut -d ' ' -f 3)")" >/dev/null
  need_engine
  engine_command podman
  mkdir -p "$folder/data"
  (cd "$folder" && PATH=$work/bin:$PATH bash -ec "$(readme 'podman load'); $(readme 'podman run' | sed "s,-v /data:,-v $folder/data:,; s,--ulimit memlock=[0-9]*,$(limits),") version") >"$work/said" 2>&1 \
    || { cat "$work/said"; fail "README.md: podman"; }
  passes "README.md: podman load and run"
}

# limits: the limits for a container as README.md gives them, or less where this machine grants less.
limits() {
  local wanted=67108864 granted
  granted=$(ulimit -H -l)
  if [ "$granted" != unlimited ] && [ $((granted * 1024)) -lt $wanted ]; then
    wanted=$((granted * 1024))
  fi
  # podman adds limits on open files and processes that only some machines grant.
  echo "--ulimit memlock=$wanted --ulimit nofile=4096:4096 --ulimit nproc=4096:4096"
}

# The first three commands of somebody new, timed. Nothing is asserted about the time.
test_newcomer() {
  need_root
  need_suite bookworm
  local copy=$work/new start install
  cp -a "$caches/bookworm" "$copy"
  cp "$packages"/*.deb "$copy/tmp/"
  mkdir -p "$copy/data"
  echo hello >"$copy/data/file"
  install=$(readme 'apt install')
  start=$(date +%s%N)
  in_root "$copy" sh -c "cd /tmp && $install ./azring-emulator_*.deb" </dev/null >"$work/said" 2>&1 || { cat "$work/said"; fail "$install"; }
  start_emulator "${inside[@]}" "$copy" azring-emulator --blob-port 0
  in_root "$copy" azring /Source:/data "/Dest:$blob/first" "/DestKey:$key" /DestType:Blob /S >/dev/null 2>&1
  passes "from the .deb packages to the first copied byte in three commands: $((($(date +%s%N) - start) / 1000000)) ms"
  stop_emulator
  start=$(date +%s%N)
  python3 -m venv "$work/new-venv" && "$work/new-venv/bin/pip" install -q --no-index --disable-pip-version-check "$packages"/*.whl
  start_emulator "$work/new-venv/bin/azring-emulator" --blob-port 0
  "$work/new-venv/bin/azring" "/Source:$copy/data" "/Dest:$blob/first" "/DestKey:$key" /DestType:Blob /S >/dev/null 2>&1
  passes "from the wheels, a new environment included: $((($(date +%s%N) - start) / 1000000)) ms"
  stop_emulator
  rm -rf "$copy"
}

# The same commit in another folder, without what the first build left.
reproduce() {
  local clone=$work/another/place
  [ -z "$(git status --porcelain)" ] || fail "there are changes that are not committed: commit them, for a clone has only what is committed"
  git clone -q "$root" "$clone"
  mkdir -p "$clone/.peers"
  cp -a "$root/.peers/packaging" "$clone/.peers/"
  env -u AZRING_PACKAGES -u CARGO_TARGET_DIR "$clone/scripts/package.sh"
  (cd "$packages" && sha256sum --check "$clone/target/packages/SHA256SUMS") || {
    local program
    for program in {glibc,static}/stripped/azring{,-emulator}; do
      cmp -s "$target/packages-build/$program" "$clone/target/packages-build/$program" || say "another program: $program"
    done
    fail "these packages are not the same: scripts/package.sh lists what is known to differ"
  }
  passes "all packages are the same, byte for byte"
}

case ${1:-} in
  "") tests=(archive deb rpm wheels npm install documents scratch image newcomer) ;;
  quick)
    quick=yes
    tests=(archive deb rpm wheels npm install documents)
    ;;
  reproduce)
    reproduce
    exit
    ;;
  *) tests=("$@") ;;
esac
for name in "${tests[@]}"; do
  declare -F "test_$name" >/dev/null || fail "there is no test named $name"
  say "$name"
  "test_$name"
done
printf '\n%s passed, 0 failed\n' "$passed"
