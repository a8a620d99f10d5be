#!/usr/bin/env python3
"""Does what a document says, from top to bottom, in the working folder.

    run_document.py FILE [MARK]

A fenced block of `sh` is run. A block in another language is written to the file that its first line names, and of a pipeline
(`.yml`) each step is run then, in a shell of its own as its service does. Blocks with another word, as in ```` ```sh containers ````,
are done only if that word is MARK; with a MARK no block may be left. It ends with the first command that fails.
"""

import re
import subprocess
import sys
from pathlib import Path

BLOCK = re.compile(r"^```(\S+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# A step of GitHub Actions or Azure DevOps: on one line, or as a block of lines that are further in.
STEP = re.compile(r"^( *)- (?:run|script): (?:\|\n((?:\1   +[^\n]*\n|\n)+)|([^\n]+)\n)", re.MULTILINE)


def run(script: str) -> None:
    """Runs a script, and stops everything if it fails."""
    print("$ " + script.strip().replace("\n", "\n  "), flush=True)
    status = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", script], check=False).returncode
    if status != 0:
        sys.exit(f"error: exit code {status}")


def steps(pipeline: str) -> list[str]:
    """The scripts of a pipeline."""
    return [block or line for _, block, line in STEP.findall(pipeline)]


def main() -> None:
    """Does it."""
    document, mark = Path(sys.argv[1]).read_text(), sys.argv[2] if len(sys.argv) > 2 else None
    done = 0
    everything = sum(line.startswith("```") for line in document.splitlines()) // 2
    for language, words, text in BLOCK.findall(document):
        words = words.split()
        name = next((word for word in words if "." in word), None)
        marks = [word for word in words if word != name]
        if marks and marks != [mark]:
            continue
        done += 1
        if language == "sh":
            run(text)
        elif name is None:
            sys.exit(f"error: a block of {language} names no file")
        else:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(text)
            found = steps(text) if name.endswith(".yml") else []
            if name.endswith(".yml") and not found:
                sys.exit(f"error: {name} has no step")
            for step in found:
                run(step)
    if mark is not None and done != everything:
        sys.exit(f"error: {everything - done} blocks were left")
    print(f"{done} of {everything} blocks")


main()
