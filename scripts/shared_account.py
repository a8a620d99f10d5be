#!/usr/bin/env python3
"""Measures how 2, 4 and 8 processes share what an account allows.

azring-emulator throttles an account at so many requests or bytes per second, and N processes upload to it at once. Each
row says, of the time after the first part: Jain's index of what the processes moved (1 is fair), what they moved of what
the account allows, and how many of all attempts were refused. With `late` the last process begins a quarter later.

    scripts/shared_account.py [--seconds 60] [--processes 2 4 8] [--programs target/release]
"""

import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

# The public key of the development account.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

# Name, the budget, the size of objects, and what the budget is in bytes per second.
ACCOUNTS = [
    ("1,200 requests/s, 4 KiB", {"requests_per_second": 1200}, "4096", 1200 * 4096),
    ("64 MB/s, 1 MiB", {"bytes_per_second": 64_000_000, "answer": "before_body"}, "1M", 64_000_000),
    ("64 MB/s, 1 MiB, after the body", {"bytes_per_second": 64_000_000, "answer": "after_body"}, "1M", 64_000_000),
]


def metrics(path):
    """The samples of a metrics file; none where it is not there yet."""
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return {}
    samples = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in samples}


def of_all(before, after, name):
    """How much a counter of each process has grown."""
    return [new.get(name, 0) - old.get(name, 0) for old, new in zip(before, after)]


def run(programs, folder, budget, size, count, is_late, seconds):
    """Runs the processes; returns the metrics of each at the beginning and the end of the time that counts."""
    plan = folder / "plan.json"
    plan.write_text(json.dumps({"rules": [{"then": {"delay_ms": 10}}], "budgets": [budget]}))
    emulator = subprocess.Popen(
        [programs / "azring-emulator", "--store", "null", "--faults", plan], stdout=subprocess.PIPE, text=True
    )
    running = []
    try:
        ready = dict(word.split("=", 1) for word in emulator.stdout.readline().split()[1:])
        files = [folder / f"{at}.prom" for at in range(count)]
        begun = time.monotonic()
        for at, file in enumerate(files):
            if is_late and at == count - 1:
                time.sleep(seconds / 4)
            # Every process has a memory of its own, as on a machine of its own.
            state = {**os.environ, "XDG_CACHE_HOME": str(folder / f"cache{at}")}
            command = [
                programs / "azring", "bench", "upload", f"{ready['blob']}/devstoreaccount1/shared{at}", "--dest-key", KEY, "--size", size,
                "--duration", str(int(2 * seconds) + 30), "--keep", "--metrics", file, "--progress", "none", "--md5", "off",
                "--crc64", "off",
            ]  # fmt: skip
            running.append(subprocess.Popen(command, env=state, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        read = []
        for share in (0.6, 1.0):
            time.sleep(max(0, begun + share * seconds + 5 - time.monotonic()))
            read.append([metrics(file) for file in files])
        return read
    finally:
        for process in running:
            process.send_signal(signal.SIGINT)
        for process in running:
            process.wait()
        emulator.terminate()
        emulator.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = pathlib.Path(__file__).resolve().parent.parent
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--processes", type=int, nargs="+", default=[2, 4, 8])
    parser.add_argument("--programs", type=pathlib.Path, default=root / "target" / "release")
    given = parser.parse_args()
    print(f"{'account':34} {'processes':>12} {'Jain':>6} {'used':>6} {'refused':>8}")
    missed = False
    for name, budget, size, allowed in ACCOUNTS:
        for count in given.processes:
            for is_late in (False, True):
                with tempfile.TemporaryDirectory() as folder:
                    before, after = run(
                        given.programs.resolve(), pathlib.Path(folder), budget, size, count, is_late, given.seconds
                    )
                moved = of_all(before, after, "azring_bytes_transferred_total")
                took = max(of_all(before, after, "azring_update_time_seconds"))
                refused = sum(of_all(before, after, 'azring_requests_total{result="throttled"}'))
                attempts = refused + sum(of_all(before, after, 'azring_requests_total{result="succeeded"}'))
                jain = sum(moved) ** 2 / (count * sum(one * one for one in moved) or 1)
                used, share = sum(moved) / took / allowed, refused / max(attempts, 1)
                shown = f"{count}, late" if is_late else str(count)
                print(f"{name:34} {shown:>12} {jain:6.3f} {used:6.1%} {share:8.2%}", flush=True)
                missed |= jain < 0.9 or used < 0.9 or share > 0.05
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
