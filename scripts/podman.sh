# shellcheck shell=bash
# Sourced by scripts that run containers, after machine.sh: a podman for root with settings and storage of its own.

# own_podman HOME RUN: sets `podman` to the words of a podman whose settings and images are in HOME, and whose locks, sockets and
# mounts are in RUN.
own_podman() {
  local home=$1 run=$2 driver=overlay
  mkdir -p "$home" "$run"
  # In a container the project may lie on an overlay, which cannot carry another one; plain copies can lie anywhere.
  [ "$(stat -f -c %T "$home")" != overlayfs ] || driver=vfs
  export CONTAINERS_CONF=$home/containers.conf
  # The runtime: crun refuses machines with both versions of cgroups. The limits: podman asks for more than a machine may
  # grant. The manager: there may be no systemd to ask.
  cat >"$CONTAINERS_CONF" <<'SETTINGS'
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
SETTINGS
  podman=(podman --root "$home/storage" --runroot "$run/root" --tmpdir "$run/tmp" --storage-driver "$driver")
}
need_podman() { { have podman && have runc; } || install_packages "$1" podman runc; }
# answers SOCKET: whether an engine answers the Docker API's ping there.
answers() {
  [ -S "$1" ] && python3 - "$1" <<'PYTHON' 2>/dev/null
import socket, sys
engine = socket.socket(socket.AF_UNIX)
engine.settimeout(10)
engine.connect(sys.argv[1])
engine.sendall(b"GET /_ping HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n")
sys.exit(not engine.recv(64).startswith(b"HTTP/1.1 200 "))
PYTHON
}

# start_engine RUN: starts podman's engine behind RUN/engine.sock, its process number in RUN/pid. Fails if it does not answer.
start_engine() {
  "${podman[@]}" system service --time=0 "unix://$1/engine.sock" </dev/null >"$1/log" 2>&1 &
  local pid=$!
  echo "$pid" >"$1/pid"
  for _ in $(seq 300); do
    ! answers "$1/engine.sock" || return 0
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  cat "$1/log" >&2
  return 1
}
# engine_process RUN: the number of the process that `start_engine` left, when it is still that one and not another with its number.
engine_process() {
  local pid
  pid=$(cat "$1/pid" 2>/dev/null) || return 1
  { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -qF "unix://$1/engine.sock" || return 1
  echo "$pid"
}
# stop_engine RUN
stop_engine() {
  local pid
  pid=$(engine_process "$1") || return 0
  kill "$pid"
  # It is nobody's child here when another run of the script started it, so it cannot be waited for.
  while [ -e "/proc/$pid" ] && engine_process "$1" >/dev/null; do sleep 0.1; done
}
# end_podman HOME RUN: removes all containers, ends the engine, and removes the mount that podman leaves.
end_podman() {
  "${podman[@]}" rm --all --force --time 0 >/dev/null 2>&1 || true
  stop_engine "$2"
  ! mountpoint -q "$1/storage/overlay" || umount "$1/storage/overlay"
}
