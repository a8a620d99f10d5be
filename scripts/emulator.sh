# shellcheck shell=bash
# Sourced by scripts that copy to azring-emulator, after machine.sh: a scratch folder, an emulator, and the end of both.

# Azurite's account, whose key everybody knows: it protects nothing.
account=devstoreaccount1
key='Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='
work=
service=
export account key

# make_work NAME: sets `work` to a folder that is removed at the end of the script, when the emulator was ended.
make_work() {
  work=$(mktemp -d "${TMPDIR:-/tmp}/azring-$1.XXXXXX")
  trap end_work EXIT
}
end_work() {
  [ -z "$service" ] || kill "$service" 2>/dev/null || true
  rm -rf "$work"
}

# start_emulator COMMAND...: starts it, and sets `blob` to the URL of its account. The command ends in azring-emulator's options.
start_emulator() {
  local ready
  exec 3< <(exec "$@")
  service=$!
  read -r ready <&3 || fail "the emulator did not start: $*"
  blob=${ready#*blob=}
  blob=${blob%% *}/$account
}
stop_emulator() {
  kill "$service"
  while kill -0 "$service" 2>/dev/null; do sleep 0.1; done
  service=
}
