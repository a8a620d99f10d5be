#!/usr/bin/env bash
# Runs plans of shards on a real Slurm: Debian's slurm-wlm and munge, two nodes on the loopback of this machine.
#
#   scripts/slurm.sh                 32 shards up and 32 down; one node is drained in the middle, and one is given up
#   SHARDS=4 scripts/slurm.sh        a short form: 4 shards up and 4 down, and one requeue
#
# An upload and a download of a real tree: this project's files, or TREE. While the upload runs, node n1 is drained and its
# tasks are requeued; then the slurmd of node n2 is killed and the node declared down, so that Slurm starts its tasks a
# second time while the old workers live on. Afterwards every byte is compared, and each plan has one merged report.
#
# It needs root. It uses azring and azring-emulator in AZRING_PROGRAMS, and otherwise builds them. Everything it starts has
# ended when it ends.
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
cd "$root"

SHARDS=${SHARDS:-32}
TREE=${TREE:-}
PROGRAMS=${AZRING_PROGRAMS:-$target/release}

[ "$(id -u)" = 0 ] || fail "Slurm's daemons need root"
{ have slurmctld && have slurmd && have munged; } || install_packages "a Slurm of two nodes" slurm-wlm munge
if [ -z "${AZRING_PROGRAMS:-}" ]; then
  need_rust
  cargo build --release --locked --quiet -p azring -p azring-emulator-tests --bins
fi

work=$(mktemp -d)
# The jobs of this Slurm only, and daemons by the numbers of their processes.
declare -A daemons=()
key='Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='

end_daemon() {
  local pid=${daemons[$1]:-}
  [ -n "$pid" ] || return 0
  unset "daemons[$1]"
  kill "-${2:-TERM}" "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
}

# own_processes: what still runs with this folder in its command line: steps of Slurm, and workers that nobody watches.
own_processes() {
  local folder
  for folder in /proc/[0-9]*; do
    [ "${folder#/proc/}" != $$ ] || continue
    if { tr '\0' ' ' <"$folder/cmdline"; } 2>/dev/null | grep -qF "$work" || grep -qsF "$work" "$folder/environ"; then
      echo "${folder#/proc/}"
    fi
  done
}

finish() {
  local status=$? name pid
  if [ "$status" != 0 ]; then
    tail -n 20 "$work"/*.log 2>/dev/null || true
  fi
  [ -z "${daemons[slurmctld]:-}" ] || timeout 10 scancel --user=root 2>/dev/null || true
  for name in n1 n2 slurmctld munged emulator; do
    end_daemon "$name"
  done
  for pid in $(own_processes); do
    [ "$pid" = "$BASHPID" ] || kill -KILL "$pid" 2>/dev/null || true
  done
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT

# wait_until SECONDS WHAT COMMAND...: until the command succeeds.
wait_until() {
  local left=$(($1 * 5)) what=$2
  shift 2
  until "$@"; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || fail "no end of waiting for $what"
    sleep 0.2
  done
}

free_ports() {
  python3 - <<'PORTS'
import socket
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*(one.getsockname()[1] for one in held))
PORTS
}

start_slurm() {
  local host controller first second
  host=$(hostname -s)
  read -r controller first second < <(free_ports)
  export SLURM_CONF=$work/slurm.conf
  mkdir -p "$work/munge" "$work/ctl" "$work/n1" "$work/n2"
  chmod 755 "$work" "$work/munge"
  dd if=/dev/urandom of="$work/munge/key" bs=1024 count=1 status=none
  chmod 400 "$work/munge/key"
  cat >"$SLURM_CONF" <<CONF
ClusterName=azring
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$controller
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
# Credentials that expire soon let a requeued job begin again after seconds and not after two minutes.
AuthInfo=socket=$work/munge/socket,cred_expire=5
StateSaveLocation=$work/ctl
SlurmdSpoolDir=$work/%n
SlurmctldPidFile=$work/ctl/pid
SlurmdPidFile=$work/%n/pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SlurmdParameters=config_overrides
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
KillWait=5
SlurmdTimeout=30
MailProg=/bin/true
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$first CPUs=2
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$second CPUs=2
PartitionName=all Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
CONF
  munged --foreground --force --key-file="$work/munge/key" --socket="$work/munge/socket" --pid-file="$work/munge/pid" \
    --log-file="$work/munge/log" --seed-file="$work/munge/seed" >"$work/munged.log" 2>&1 &
  daemons[munged]=$!
  wait_until 20 "munge" test -S "$work/munge/socket"
  slurmctld -D -c -f "$SLURM_CONF" >"$work/slurmctld.log" 2>&1 &
  daemons[slurmctld]=$!
  start_node n1
  start_node n2
  wait_until 30 "two nodes" nodes_are_idle
}

start_node() {
  slurmd -D -N "$1" -f "$SLURM_CONF" >>"$work/slurmd-$1.log" 2>&1 &
  daemons[$1]=$!
}

nodes_are_idle() {
  [ "$(sinfo --noheader --Node --format=%T 2>/dev/null | grep -c '^idle$')" = 2 ]
}

# job_state JOB: the state of a job that is no array.
job_state() { scontrol --oneliner show job "$1" | grep -o 'JobState=[A-Z_]*' | head -n 1; }

has_ended() { ! job_state "$1" | grep -qE 'PENDING|RUNNING|COMPLETING|REQUEUED|SUSPENDED|CONFIGURING'; }

done_shards() { find "$1" -name 'shard-*.done' | wc -l; }

has_done() { [ "$(done_shards "$1")" -ge "$2" ]; }

tasks_on() { squeue --noheader --states=RUNNING --nodelist="$1" --format=%i; }

# runs_on NODE: whether a worker of the array runs there.
runs_on() { [ -n "$(tasks_on "$1")" ]; }

# submit PLAN SOURCE TARGET WORD...: plans the copy, and submits what `--emit slurm` has printed; prints the number of the merge.
submit() {
  local plan=$1 from=$2 to=$3
  shift 3
  "$PROGRAMS/azring" shard plan "$from" "$to" --into "$plan" --shards "$SHARDS" --recursive --quiet --emit slurm "$@" \
    >"$plan.sh" 2>"$plan.log"
  (
    cd "$work"
    AZRING=$PROGRAMS/azring AZRING_STATE=$work/state-${plan##*/} AZRING_METRICS=$work bash "$plan.sh"
  ) >"$plan.jobs"
  awk '$1 == "merge" { print $2 }' "$plan.jobs"
}

# merged MERGE PLAN: waits for the merge, and checks what it says.
merged() {
  local merge=$1 plan=$2 array
  array=$(awk '$1 == "array" { print $2 }' "$plan.jobs")
  wait_until 600 "the merge of ${plan##*/}" has_ended "$merge"
  cat "$work/azring-$array-merge.log"
  [ "$(job_state "$merge")" = JobState=COMPLETED ] || fail "the merge of ${plan##*/} has failed"
  [ "$(done_shards "$plan")" = "$SHARDS" ] || fail "$(done_shards "$plan") of $SHARDS shards are done"
  "$PROGRAMS/azring" shard status "$plan" >/dev/null || fail "the plan ${plan##*/} is not done"
}

say "a tree, an emulator and a Slurm of two nodes"
if [ -z "$TREE" ]; then
  TREE=$work/tree
  mkdir "$TREE"
  git archive HEAD | tar -x -C "$TREE"
  # Some files of several blocks.
  for at in 1 2 3 4; do
    head -c $((at * 5000000)) /dev/urandom >"$TREE/large-$at"
  done
fi
# A little delay, so that something happens while shards run.
echo '{"rules":[{"then":{"delay_ms":40}}]}' >"$work/faults.json"
"$PROGRAMS/azring-emulator" --faults "$work/faults.json" >"$work/emulator.log" 2>&1 &
daemons[emulator]=$!
wait_until 20 "the emulator" grep -q '^ready' "$work/emulator.log"
blob=$(grep -o 'blob=[^ ]*' "$work/emulator.log" | cut -d= -f2)/devstoreaccount1
export AZRING_DEST_KEY=$key AZRING_SOURCE_KEY=$key XDG_STATE_HOME=$work/home XDG_CACHE_HOME=$work/home
start_slurm
started=$SECONDS

say "$SHARDS shards up"
up=$work/up
unset AZRING_SOURCE_KEY
merge=$(submit "$up" "$TREE" "$blob/tree" --dest-type blob)
if [ "$SHARDS" -ge 16 ]; then
  wait_until 120 "the first shards" has_done "$up" 2
  wait_until 60 "a task on n1" runs_on n1
  scontrol update nodename=n1 state=drain reason=test
  for task in $(tasks_on n1); do
    echo "requeue of $task, on a node that is drained"
    scontrol requeue "$task"
  done
  wait_until 120 "more shards" has_done "$up" $((SHARDS / 4))
  scontrol update nodename=n1 state=resume
  wait_until 60 "a task on n2" runs_on n2
  given_up=$(tasks_on n2 | tr '\n' ' ')
  end_daemon n2 KILL
  scontrol update nodename=n2 state=down reason=crash
  echo "n2 is given up while its worker(s) of $given_up live on, and the tasks begin again"
  wait_until 120 "more shards" has_done "$up" $((SHARDS / 2))
  start_node n2
  wait_until 30 "n2" sh -c "scontrol update nodename=n2 state=resume 2>/dev/null || true; sinfo --noheader --nodes=n2 --format=%T | grep -qE 'idle|mixed|alloc'"
else
  wait_until 60 "a task" runs_on n1
  for task in $(tasks_on n1); do
    scontrol requeue "$task" && break
  done
fi
merged "$merge" "$up"

say "$SHARDS shards down"
down=$work/down
unset AZRING_DEST_KEY
export AZRING_SOURCE_KEY=$key
merge=$(submit "$down" "$blob/tree" "$work/back" --source-type blob)
merged "$merge" "$down"

diff -r "$TREE" "$work/back" || fail "the trees differ"
find "$work/back" -name '.azring-*.part' | grep . && fail "part files were left"
say "$(find "$work/back" -type f | wc -l) files are equal, byte for byte ($((SECONDS - started)) s)"
