#!/usr/bin/env bash
# A container engine for the tests that run Azurite in a container.
#
#   eval "$(scripts/containers.sh up)"    makes sure that one answers; standard output is the DOCKER_HOST to export
#   scripts/containers.sh down            ends what `up` started, its containers too; the image stays for the next time
#   scripts/containers.sh with COMMAND..  runs a command between the two; what ran already before it is left running
#
# Where an engine answers at DOCKER_HOST or the default socket, `up` only says so: the tests let it pull the official
# image. Otherwise, as root, podman is started behind a socket of its own, with settings and storage of its own below
# .peers. Where it cannot pull the official image either, one like it is made of the Azurite and the Node.js that
# emulator-tests/package-lock.json pins. Exit status 77: no engine can be had on this machine.
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
# shellcheck source=scripts/podman.sh
. "$root/scripts/podman.sh"

image=mcr.microsoft.com/azure-storage/azurite:$(sed -n 's/.*"azurite": "\(.*\)".*/\1/p' "$root/emulator-tests/package.json")
home=$root/.peers/containers
# Outside of the project, for a socket's path must be short; the same each time, for podman writes it into its storage.
run=/run/azring-containers-$(printf %s "$root" | cksum | cut -d ' ' -f 1)
# What the pinned Node.js is, and the libraries it is linked against, each where it lies on this machine.
copy_node() {
  local node library
  node=$(find "$root"/emulator-tests/node_modules/node-linux-*/bin/node -type f -perm -100 | head -n 1)
  [ -n "$node" ] || fail "no Node.js for this machine in emulator-tests/node_modules"
  cp "$node" "$1/usr/local/bin/node"
  ldd "$node" | grep -o '/[^ ]*' | while read -r library; do
    mkdir -p "$1$(dirname "$library")"
    cp -L "$library" "$1$library"
  done
}

# An image from nothing, with the official one's command, folders and ports. What the tests need of it is the same; it has
# no shell and no other program.
make_image() {
  local made=$run/image
  scripts/azurite.sh
  say "making $image of the pinned npm package"
  mkdir -p "$made/usr/local/bin" "$made/opt/azurite" "$made/data" "$made/tmp"
  copy_node "$made"
  printf '%s\n' '#!/usr/local/bin/node' 'require("/usr/local/lib/node_modules/azurite/dist/src/azurite.js");' \
    >"$made/usr/local/bin/azurite"
  chmod 755 "$made/usr/local/bin/azurite"
  tar -c --exclude='*.map' --exclude='node_modules/node-linux-*' --exclude='node_modules/.bin' \
    --transform='s,^node_modules,usr/local/lib/node_modules,' -C "$made" . -C "$root/emulator-tests" node_modules \
    | "${podman[@]}" import --quiet --change 'ENV PATH=/usr/local/bin' --change 'ENV NODE_ENV=production' \
      --change 'WORKDIR /opt/azurite' --change 'VOLUME /data' \
      --change 'EXPOSE 10000' --change 'EXPOSE 10001' --change 'EXPOSE 10002' \
      --change 'CMD ["azurite","-l","/data","--blobHost","0.0.0.0","--queueHost","0.0.0.0","--tableHost","0.0.0.0"]' \
      - "$image"
  rm -rf "$made"
}

need_image() {
  "${podman[@]}" image exists "$image" && return
  say "pulling $image"
  timeout 300 "${podman[@]}" pull --quiet "$image" </dev/null || make_image
}

up() {
  have python3 || install_packages "asking for a container engine" python3
  local host=${DOCKER_HOST:-unix:///var/run/docker.sock}
  if answers "${host#unix://}"; then
    say "a container engine answers at $host: the tests pull $image into it"
  elif engine_process "$run" >/dev/null && answers "$run/engine.sock"; then
    host=unix://$run/engine.sock
    say "podman's engine answers already at $host"
  else
    if [ "$(id -u)" != 0 ]; then
      printf 'error: no container engine answers at %s: start Docker, or run this as root to have podman\n' "$host" >&2
      exit 77
    fi
    need_podman "Azurite in a container"
    own_podman "$home" "$run"
    say "starting podman's engine at $run/engine.sock"
    start_engine "$run" || {
      down
      fail "podman's engine does not answer"
    }
    need_image
    host=unix://$run/engine.sock
  fi
  export DOCKER_HOST=$host
}

down() {
  [ -d "$run" ] || return 0
  own_podman "$home" "$run"
  end_podman "$home" "$run"
  rm -rf "$run"
}

# Here `up` runs behind a trap, so that a start that fails half-way leaves nothing behind either.
with() {
  engine_process "$run" >/dev/null || trap down EXIT
  up
  "$@" >&3
}

cd "$root"
# Standard output carries the one line that the caller evaluates, or what the command says; the rest is for people.
exec 3>&1 >&2
verb=${1:-}
[ $# = 0 ] || shift
case $verb in
  up)
    up
    printf 'export DOCKER_HOST=%s\n' "$DOCKER_HOST" >&3
    ;;
  down) down ;;
  with) with "$@" ;;
  *) fail "usage: scripts/containers.sh up|down|with COMMAND.." ;;
esac
