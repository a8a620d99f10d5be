#!/bin/bash
# Runs the shards of an azring plan with GNU parallel, and adds the results up. The same command again runs only the shards
# that have failed, or that an interruption has left.
#
# Workers take credentials from their environment: AZRING_SOURCE_KEY, AZRING_SOURCE_SAS, AZRING_DEST_KEY, AZRING_DEST_SAS,
# or a login; AZRING_PLAN_KEY or AZRING_PLAN_SAS for a plan in a container.
#
#   AZRING          the program (azring)
#   AZRING_STATE    a folder for the journals (azring-state, below TMPDIR)
#   AZRING_WORKERS  how many shards run at once (2)
#   AZRING_JOBLOG   what has run so far (azring.joblog)
#
# Further words are words of parallel, as in `bash FILE --sshlogin host1,host2 --env AZRING_DEST_SAS`.

plan=@PLAN@
source=@SOURCE@
target=@TARGET@
azring=${AZRING:-azring}
state=${AZRING_STATE:-${TMPDIR:-/tmp}/azring-state}
log=${AZRING_JOBLOG:-azring.joblog}

mkdir -p "$state" || exit
# Once a shard has run, those that have failed are run again; before, there is nothing to resume.
resume=()
[ ! -s "$log" ] || resume=(--resume-failed)
seq 0 @LAST_SHARD@ | parallel --jobs "${AZRING_WORKERS:-2}" --retries 3 --joblog "$log" "${resume[@]}" "$@" --quote \
  "$azring" shard run "$plan" {} "$source" "$target" --state "$state"
"$azring" shard merge "$plan"
