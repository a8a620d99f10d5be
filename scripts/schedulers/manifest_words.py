"""Prints the words of a pod's command in a manifest, each with a NUL after it.

manifest_words.py FILE INDEX|merge STATE: INDEX is the completion index, and STATE a folder in the place of the pod's volume.
"""

import json
import sys

import yaml

path, index, state = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    jobs = list(yaml.safe_load_all(file))
is_merge = index == "merge"
job = next(job for job in jobs if job["spec"].get("suspend", False) == is_merge)
words = job["spec"]["template"]["spec"]["containers"][0]["command"]
for word in words:
    word = word.replace("$(JOB_COMPLETION_INDEX)", index).replace("$$(", "$(")
    sys.stdout.write((state if word == "/var/azring" else word) + "\0")
