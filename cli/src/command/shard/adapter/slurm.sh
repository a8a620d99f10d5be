#!/bin/bash
# Runs the shards of an azring plan as a Slurm job array, and adds the results up afterwards.
#
#   bash FILE      submits the array, and the merge that follows it
#   sbatch FILE    submits the array alone
#
# Workers take credentials from their environment, which sbatch passes on: AZRING_SOURCE_KEY, AZRING_SOURCE_SAS,
# AZRING_DEST_KEY, AZRING_DEST_SAS, or AZCOPY_AUTO_LOGIN_TYPE=MSI for the identity of the nodes, which needs no secret.
# A plan in a container has AZRING_PLAN_KEY or AZRING_PLAN_SAS.
#
#   AZRING           the program (azring)
#   AZRING_STATE     a folder on the node's own disk for the journals (below SLURM_TMPDIR or /tmp)
#   AZRING_WORKERS   how many tasks run at once (16)
#   AZRING_RESTARTS  how often a task is queued again (5)
#   AZRING_METRICS   a folder for metrics files; none without it
#SBATCH --job-name=azring
#SBATCH --array=0-@LAST_TASK@
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=azring-%A_%a.log
#SBATCH --signal=B:TERM@120

plan=@PLAN@
source=@SOURCE@
target=@TARGET@
shards=@SHARDS@
shards_of_task=@SHARDS_OF_TASK@
azring=${AZRING:-azring}

if [ -z "${SLURM_ARRAY_TASK_ID:-}" ]; then
  array=$(sbatch --parsable --array="0-@LAST_TASK@%${AZRING_WORKERS:-16}" "$0") || exit
  echo "array ${array%%;*}"
  # The results are added up also when a shard has failed: then the merge names it.
  merge=$(AZRING=$azring AZRING_PLAN=$plan sbatch --parsable --dependency="afterany:${array%%;*}" \
    --job-name=azring-merge --output="azring-${array%%;*}-merge.log" <<'MERGE'
#!/bin/bash
exec "$AZRING" shard merge "$AZRING_PLAN"
MERGE
  ) || exit
  echo "merge ${merge%%;*}"
  exit
fi

first=$((SLURM_ARRAY_TASK_ID * shards_of_task))
last=$((first + shards_of_task - 1))
[ "$last" -lt "$shards" ] || last=$((shards - 1))
state=${AZRING_STATE:-${SLURM_TMPDIR:-/tmp}/azring-$SLURM_ARRAY_JOB_ID}
words=()
[ -z "${AZRING_METRICS:-}" ] || words+=(--metrics "$AZRING_METRICS/azring-$SLURM_ARRAY_TASK_ID.prom")
mkdir -p "$state" || exit
# Registered buffers need memory that stays in place. Where that is refused, azring does without.
ulimit -l unlimited 2>/dev/null

"$azring" shard run "$plan" "$first-$last" "$source" "$target" --state "$state" "${words[@]}" &
worker=$!
# Two minutes before the time limit: the worker keeps its journal and ends, and the task goes on in another one.
trap 'kill -TERM "$worker" 2>/dev/null' TERM
while :; do
  wait "$worker"
  status=$?
  # A signal ends `wait` before the worker has ended.
  kill -0 "$worker" 2>/dev/null || break
done
case $status in
  0 | @FINAL_CODES@) ;; # It is done, or every attempt would end so.
  *)
    if [ "${SLURM_RESTART_COUNT:-0}" -lt "${AZRING_RESTARTS:-5}" ]; then
      scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
    fi
    ;;
esac
exit "$status"
