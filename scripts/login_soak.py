#!/usr/bin/env python3
"""Copies by two processes for minutes with a login whose tokens last one minute, and with a token service that is down
for a minute in the middle: each process has one token in each life, no request is refused in a storm, no object fails.

    scripts/login_soak.py                     five minutes, with the programs in target/release
    scripts/login_soak.py --seconds 60 --life 10 --outage 15
    scripts/login_soak.py --programs target/debug

The emulator delays each object, so that the copies last as long as they should. Both processes use one stored login, whose
refresh tokens are good for one use each. The script prints the figures, and ends with 1 when one of them is wrong.
"""

import argparse
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PUBLIC_CLIENT = "00001111-aaaa-2222-bbbb-3333cccc4444"
ACCOUNT = "devstoreaccount1"
CONNECTIONS = 8
PROCESSES = 2
DELAY_MS = 500
# A token is replaced when a quarter of its life is left.
USED_PART = 0.75

DELAYED = {"when": {"method": "PUT", "path": "*/soak-*/*"}, "then": {"delay_ms": DELAY_MS}}
STOPPED = {"when": {"path": "/*/oauth2/v2.0/token"}, "then": {"close": "before_answer"}}


def call(control, method, path, document=None):
    body = None if document is None else json.dumps(document).encode()
    request = urllib.request.Request(control + path, data=body, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def settings(life):
    return {
        "token_seconds": life,
        "single_use_refresh_tokens": True,
        "device_code": {"interval": 1, "approved_after_polls": 0},
    }


def start_emulator(programs, folder, life):
    (folder / "identity.json").write_text(json.dumps(settings(life)))
    words = ["--blob-port", "0", "--file-port", "0", "--https", "--ca-out", folder / "ca.pem"]
    words += ["--identity-port", "0", "--identity", folder / "identity.json"]
    emulator = subprocess.Popen([programs / "azring-emulator", *words], stdout=subprocess.PIPE, text=True)
    line = emulator.stdout.readline()
    if not line.startswith("ready "):
        sys.exit("azring-emulator did not start")
    return emulator, dict(word.split("=", 1) for word in line.split()[1:])


def make_files(folder, count):
    folder.mkdir()
    for number in range(count):
        (folder / f"file-{number:05}").write_text(f"{number}\n")


def figure(text, label):
    found = re.search(rf"{label}:\s+(\d+)", text)
    return int(found.group(1)) if found else None


def main():
    arguments = argparse.ArgumentParser(description="a copy with tokens of short life")
    arguments.add_argument("--seconds", type=int, default=300, help="how long the copies last at least")
    arguments.add_argument("--life", type=int, default=60, help="the life of a token, in seconds")
    arguments.add_argument("--outage", type=int, default=60, help="how long the token service is down")
    arguments.add_argument("--programs", type=Path, default=ROOT / "target/release")
    chosen = arguments.parse_args()

    folder = Path(tempfile.mkdtemp(prefix="azring-login-soak."))
    emulator = None
    running = []
    try:
        emulator, urls = start_emulator(chosen.programs, folder, chosen.life)
        files = chosen.seconds * 1000 // DELAY_MS * CONNECTIONS
        make_files(folder / "source", files)
        environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
        azring = chosen.programs / "azring"
        trust = ["--ca-file", folder / "ca.pem"]
        login = [azring, "login", "--application-id", PUBLIC_CLIENT, "--aad-endpoint", urls["identity"], *trust]
        subprocess.run(login, env=environment, check=True, stdout=subprocess.DEVNULL)
        call(urls["control"], "PUT", "/faults", {"rules": [DELAYED]})
        call(urls["control"], "DELETE", "/counters")

        host = urls["blob"].split("://")[1]
        begun = time.monotonic()
        for number in range(PROCESSES):
            place = f"{urls['blob']}/{ACCOUNT}/soak-{number}"
            words = ["--source", folder / "source", "--destination", place, "--recursive", "--quiet"]
            words += ["--parallel-level", str(CONNECTIONS), "--trusted-microsoft-suffixes", host, *trust]
            copy = subprocess.Popen(
                [azring, *words],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            running.append(copy)

        time.sleep(chosen.seconds * 0.4)
        call(urls["control"], "PUT", "/faults", {"rules": [STOPPED, DELAYED]})
        time.sleep(chosen.outage)
        call(urls["control"], "PUT", "/faults", {"rules": [DELAYED]})

        ends = []
        for copy in running:
            printed, complaints = copy.communicate()
            ends.append((copy.returncode, figure(printed, "Transfer successfully"), figure(printed, "Transfer failed")))
            if complaints:
                print(complaints, file=sys.stderr, end="")
        elapsed = time.monotonic() - begun
        counters = call(urls["control"], "GET", "/counters")
    finally:
        for process in [*running, emulator]:
            if process is not None and process.poll() is None:
                process.terminate()
                process.wait()
        shutil.rmtree(folder)

    tokens = counters["operations"].get("Token", {"requests": 0, "failures": 0})
    # A request that the fault plan stopped has no name.
    issued = tokens["requests"] - tokens["failures"]
    refused = counters["statuses"].get("401", 0)
    unanswered = counters["statuses"].get("0", 0)
    lives = elapsed / (chosen.life * USED_PART)
    most = PROCESSES * (math.ceil(lives) + 1)

    print(f"the copies took {elapsed:.0f} s, {PROCESSES} processes with {CONNECTIONS} connections each")
    for code, done, failed in ends:
        print(f"exit code {code}: {done} of {files} files copied, {failed} failed")
    print(f"tokens of {chosen.life} s: {issued} issued; {lives:.1f} spans of use, so at most {most}")
    print(f"token service down for {chosen.outage} s: {unanswered} requests without an answer")
    print(f"requests refused with 401: {refused}")
    is_right = (
        all(end == (0, files, 0) for end in ends)
        and elapsed >= chosen.seconds
        and issued <= most
        and refused <= PROCESSES * CONNECTIONS
    )
    print("as it should be" if is_right else "NOT as it should be")
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
