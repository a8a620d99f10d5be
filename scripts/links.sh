#!/usr/bin/env bash
# azring over lines that are long, slow or lossy, beside fixed numbers of requests, AzCopy 10 and rclone.
#
# The line is a wire between two network namespaces (scripts/wire.sh). The service is azring-emulator at the far end.
#
#   scripts/links.sh                          # 20 and 80 ms, 200 Mbit/s, 1000 files of 1 MiB, up and down
#   FILES=200 MBIT=100 ROUND_TRIPS="20 80 200" LOSS=0.001 FIXED="4 16 64" scripts/links.sh
#   TOGETHER=30 scripts/links.sh              # and two processes at once, each for so many seconds: how they share the line
#
# How fast a line gets full, and how it is shared, is for the kernel's congestion control to say: CONGESTION=reno takes
# another than the machine's own. core/tests/it/link simulates such lines, with windows as CUBIC has them.
#
# It needs root, for the namespaces; without it says so and does nothing.
set -euo pipefail
# shellcheck source=scripts/machine.sh
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
cd "$root"

FILES=${FILES:-1000}
FILE_BYTES=${FILE_BYTES:-1048576}
MBIT=${MBIT:-200}
ROUND_TRIPS=${ROUND_TRIPS:-20 80}
LOSS=${LOSS:-0}
CONGESTION=${CONGESTION:-$(cat /proc/sys/net/ipv4/tcp_congestion_control)}
FIXED=${FIXED-4 16 64 256}
RIVALS=${RIVALS-azcopy rclone}
TOGETHER=${TOGETHER:-0}
# More words for azring.
read -r -a WORDS <<<"${WORDS:-}"
DIRECTIONS=${DIRECTIONS:-up down}
PROGRAMS=${AZRING_PROGRAMS:-$target/release}

# shellcheck source=scripts/wire.sh
. scripts/wire.sh
has_wire || exit 0
if [ -z "${AZRING_PROGRAMS:-}" ]; then
  need_rust
  cargo build --release --locked --quiet -p azring -p azring-emulator-tests --bins
  cargo build --release --locked --quiet -p azring-benches --bin wire
  scripts/peers.sh >&2
fi

# The same service under the name of its address: the emulators' form of an account in the path.
url=http://10.77.0.2:10000/$account

# signature: a shared access signature for all of the account, for the tool that takes nothing else.
signature() {
  python3 - "$key" <<'PYTHON'
import base64, hashlib, hmac, sys, urllib.parse
fields = ["devstoreaccount1", "rwdlac", "b", "sco", "", "2099-01-01T00:00:00Z", "", "", "2020-10-02", ""]
digest = hmac.new(base64.b64decode(sys.argv[1]), "\n".join(fields).encode(), hashlib.sha256).digest()
print(urllib.parse.urlencode({"sv": "2020-10-02", "ss": "b", "srt": "sco", "sp": "rwdlac", "se": "2099-01-01T00:00:00Z",
                              "sig": base64.b64encode(digest).decode()}))
PYTHON
}

# make_container NUMBER: for the tool that does not make it.
make_container() {
  ip netns exec "$near" python3 - "$url/up-$1?restype=container&$sas" <<'PYTHON'
import sys, urllib.request
urllib.request.urlopen(urllib.request.Request(sys.argv[1], method="PUT", headers={"x-ms-version": "2020-10-02"}, data=b""))
PYTHON
}

# copy TOOL DIRECTION: one run; its seconds.
copy() {
  local tool=$1 way=$2 from to begun ended
  rm -rf "$work/to" "$work/state"
  mkdir -p "$work/to" "$work/state"
  container=$((container + 1))
  local words=()
  begun=$(date +%s.%N)
  case $tool in
    azring*)
      words=("${WORDS[@]}")
      case $tool in *:*) words+=("/NC:${tool#*:}") ;; esac
      if [ "$way" = up ]; then
        words+=("/Source:$work/from" "/Dest:$url/up-$container" "/DestKey:$key")
      else
        words+=("/Source:$url/pattern" "/Dest:$work/to" "/SourceKey:$key")
      fi
      env XDG_STATE_HOME="$work/state" XDG_CACHE_HOME="$work/state" ip netns exec "$near" "$PROGRAMS/azring" "${words[@]}" /S /Y /MD5:off /CRC64:off ;;
    azcopy)
      from=$work/from/* to="$url/up-$container?$sas" kind=LocalBlob
      [ "$way" = up ] || { from="$url/pattern/*?$sas" to=$work/to kind=BlobLocal; }
      local check=(--check-md5 NoCheck)
      if [ "$way" = up ]; then
        check=()
        make_container "$container"
        begun=$(date +%s.%N)
      fi
      env AZCOPY_LOG_LOCATION="$work/state" AZCOPY_JOB_PLAN_LOCATION="$work/state" AZCOPY_DISABLE_SYSLOG=true \
        ip netns exec "$near" .peers/bin/azcopy copy "$from" "$to" --from-to "$kind" --recursive --skip-version-check \
        --log-level ERROR "${check[@]}" ;;
    rclone)
      from=$work/from to=azure:up-$container
      [ "$way" = up ] || { from=azure:pattern to=$work/to; }
      env RCLONE_CONFIG_AZURE_TYPE=azureblob RCLONE_CONFIG_AZURE_ACCOUNT=$account RCLONE_CONFIG_AZURE_KEY="$key" \
        RCLONE_CONFIG_AZURE_ENDPOINT="$url" ip netns exec "$near" .peers/bin/rclone copy "$from" "$to" --ignore-times \
        --config /dev/null --quiet ;;
  esac >"$work/said" 2>&1 || fail "$tool $way: $(tail -5 "$work/said")"
  ended=$(date +%s.%N)
  if [ "$way" = down ]; then
    local found
    found=$(find "$work/to" -type f -size +0 | wc -l)
    [ "$found" = "$FILES" ] || fail "$tool brought $found of $FILES files"
  fi
  awk -v a="$begun" -v b="$ended" 'BEGIN { printf "%.2f", b - a }'
}

# together DIRECTION: what each of two processes brings that measure at the same time, in bytes per second.
together() {
  local way=$1 number pair=()
  for number in 1 2; do
    # What is downloaded is uploaded first: not much.
    local words=("$url/together-$way-$number" "/DestKey:$key")
    [ "$way" = up ] || words=("$url/together-$way-$number" "/SourceKey:$key" /Count:32)
    env XDG_STATE_HOME="$work/state-$number" XDG_CACHE_HOME="$work/state-$number" ip netns exec "$near" \
      "$PROGRAMS/azring" bench "${way}load" "${words[@]}" /Size:"$FILE_BYTES" /Duration:"${TOGETHER}s" /MD5:off /CRC64:off \
      /Output:json >"$work/said-$number" 2>&1 &
    pair+=($!)
  done
  for number in "${pair[@]}"; do
    wait "$number" || fail "two at once, $way: $(tail -n 5 "$work/said-1" "$work/said-2")"
  done
  sed -n 's/.*"type":"bench".*"bytes_per_second":\([0-9]*\).*/\1/p' "$work/said-1" "$work/said-2"
}

container=0
sas=$(signature)
mkdir "$work/from"
for number in $(seq 0 $((FILES - 1))); do
  head -c "$FILE_BYTES" /dev/urandom >"$work/from/f-$number"
done

printf '%s files of %s bytes over %s Mbit/s, loss %s, %s; share: of what the wire carries\n\n' \
  "$FILES" "$FILE_BYTES" "$MBIT" "$LOSS" "$CONGESTION"
printf '| round trip | way | tool | s | MB/s | share |\n|---|---|---|---|---|---|\n'
for round_trip in $ROUND_TRIPS; do
  lay "$round_trip" "$MBIT" "$LOSS" "$CONGESTION" --pattern-blobs "pattern/f-:$FILE_BYTES:$FILES"
  for way in $DIRECTIONS; do
    for tool in azring ${FIXED:+$(printf "azring:%s " $FIXED)} $RIVALS; do
      seconds=$(copy "$tool" "$way")
      awk -v rtt="$round_trip" -v way="$way" -v tool="$tool" -v s="$seconds" -v files="$FILES" -v bytes="$FILE_BYTES" \
        -v mbit="$MBIT" 'BEGIN { rate = files * bytes / s / 1e6
          printf "| %s ms | %s | %s | %s | %.1f | %.0f %% |\n", rtt, way, tool, s, rate, 100 * rate * 8 / mbit }'
    done
    [ "$TOGETHER" = 0 ] || together "$way" | paste -s | awk -v rtt="$round_trip" -v way="$way" -v mbit="$MBIT" '{
      printf "| %s ms | %s | azring, two at once for '"$TOGETHER"' s: %.1f and %.1f MB/s, Jain %.3f | | %.1f | %.0f %% |\n", rtt, way,
        $1 / 1e6, $2 / 1e6, ($1 + $2) ^ 2 / (2 * ($1 ^ 2 + $2 ^ 2)), ($1 + $2) / 1e6, 800 * ($1 + $2) / 1e6 / mbit }'
  done
  end_all
done
