#!/usr/bin/env bash
# Has every scheduler read or run what `azring shard plan --emit` prints for it: a manifest against the schema of Kubernetes,
# tasks against the models of Azure Batch, GNU parallel and Slurm for real.
#
#   scripts/schedulers.sh            all four, with four shards
#   scripts/schedulers.sh NAME...    only these: kubernetes, batch, parallel, slurm
#
# Slurm needs root; without it that part is left out, and the last line says so. The packages of Python are pinned in
# scripts/schedulers/, and are installed into .peers/schedulers. It uses azring and azring-emulator in AZRING_PROGRAMS, and
# otherwise builds them.
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
# shellcheck source=scripts/emulator.sh
. "$root/scripts/emulator.sh"
cd "$root"

names=("$@")
[ $# != 0 ] || names=(kubernetes batch parallel slurm)
pins=$root/scripts/schedulers
folder=$root/.peers/schedulers
if [ -z "${AZRING_PROGRAMS:-}" ]; then
  need_rust
  cargo build --locked --quiet -p azring -p azring-emulator-tests --bins
  export AZRING_PROGRAMS=$target/debug
fi
azring=$AZRING_PROGRAMS/azring

make_work schedulers
export XDG_STATE_HOME=$work/home XDG_CACHE_HOME=$work/home
start_emulator "$AZRING_PROGRAMS/azring-emulator"

# A name that a shell, a manifest and a template could misread.
tree="$work/it's a \$(tree)"
mkdir -p "$tree/below"
for at in 1 2 3 4 5 6 7 8; do
  head -c $((at * 3000)) /dev/urandom >"$tree/below/file $at"
done

# emit NAME FILE [PLAN]: a plan of four shards, and what the scheduler is given.
emit() {
  AZRING_DEST_KEY=$key AZRING_PLAN_KEY=$key "$azring" shard plan "$tree" "$blob/$1" --into "${3:-$work/plan-$1}" --shards 4 \
    --dest-type blob --recursive --quiet --emit "$1" >"$2"
  [ -s "$2" ] || fail "$1 is given nothing"
  ! grep -qF "$key" "$2" || fail "what $1 is given has a key"
}

run_kubernetes() {
  emit kubernetes "$work/job.yaml"
  "$folder/bin/kubernetes-validate" --strict "$work/job.yaml"
  # The check is one: a wrong field is found.
  sed 's/completionMode: Indexed/completionMode: 7/' "$work/job.yaml" >"$work/wrong.yaml"
  ! "$folder/bin/kubernetes-validate" --strict "$work/wrong.yaml" >/dev/null 2>&1 || fail "a wrong manifest is taken for a right one"
  # A plan in a container needs no volume. What the pods and the merge would run is run here.
  emit kubernetes "$work/hosted.yaml" "$blob/plans/kubernetes"
  "$folder/bin/kubernetes-validate" --strict "$work/hosted.yaml"
  ! grep -q '"claimName":"azring-plan"' "$work/hosted.yaml" || fail "a plan in a container gets a volume"
  local index words
  for index in 0 1 2 3 merge; do
    mapfile -d '' -t words < <("$folder/bin/python3" "$pins/manifest_words.py" "$work/hosted.yaml" "$index" "$work/pod-$index")
    AZRING_DEST_KEY=$key AZRING_PLAN_KEY=$key "$azring" "${words[@]:1}" >"$work/pod.log" 2>&1 || fail "$(cat "$work/pod.log")"
  done
  AZRING_SOURCE_KEY=$key "$azring" --source "$blob/kubernetes" --destination "$work/pods" --source-type blob --recursive --quiet >/dev/null
  diff -r "$tree" "$work/pods" || fail "the trees differ"
  echo "the commands of a manifest have run four shards of a plan in a container"
}

run_batch() {
  emit batch "$work/tasks.json"
  "$folder/bin/python3" "$pins/batch_tasks.py" "$work/tasks.json"
  sed 's/"dependencyAction"/"dependancyAction"/' "$work/tasks.json" >"$work/wrong.json"
  ! "$folder/bin/python3" "$pins/batch_tasks.py" "$work/wrong.json" >/dev/null 2>&1 || fail "wrong tasks are taken for right ones"
}

run_parallel() {
  have parallel || install_packages "running shards with GNU parallel" parallel
  emit parallel "$work/parallel.sh"
  export AZRING=$azring AZRING_STATE=$work/state AZRING_JOBLOG=$work/joblog
  # With a wrong key every shard fails, and so does the merge.
  ! AZRING_DEST_KEY=d3Jvbmc= bash "$work/parallel.sh" >"$work/first.log" 2>&1 || fail "a run with a wrong key succeeds"
  # The same command again runs those that have failed.
  AZRING_DEST_KEY=$key bash "$work/parallel.sh" >"$work/second.log" 2>&1 || fail "$(tail -n 30 "$work/second.log")"
  AZRING_SOURCE_KEY=$key "$azring" --source "$blob/parallel" --destination "$work/back" --source-type blob --recursive --quiet >/dev/null
  diff -r "$tree" "$work/back" || fail "the trees differ"
  echo "GNU parallel has run four shards, after all had failed"
}

run_slurm() {
  if [ "$(id -u)" != 0 ]; then
    left_out="Slurm was left out: its daemons need root"
    return
  fi
  SHARDS=4 scripts/slurm.sh
}

left_out=
case " ${names[*]} " in
  *" kubernetes "* | *" batch "*)
    have python3 || install_packages "the schemas of schedulers" python3 python3-venv
    if ! up_to_date "$folder/.installed-requirements.txt" "$pins/requirements.txt"; then
      say "installing the schemas of schedulers"
      python_packages "$folder" -r "$pins/requirements.txt"
      cp "$pins/requirements.txt" "$folder/.installed-requirements.txt"
    fi
    ;;
esac
for name in "${names[@]}"; do
  case $name in
    kubernetes | batch | parallel | slurm) say "$name" ;;
    *) fail "\`$name\` is no scheduler: kubernetes, batch, parallel or slurm" ;;
  esac
  "run_$name"
done
[ -z "$left_out" ] || echo "$left_out"
