"""Reads texts, counts their words in two threads, and writes what it found as JSON, by way of a temporary file."""
import concurrent.futures
import json
import os
import pathlib
import tempfile
import threading

lock = threading.Lock()
totals = {}


def count(path):
    words = path.read_text().split()
    with lock:
        totals[str(path)] = len(words)
    return len(words)


def save(result, target):
    handle, name = tempfile.mkstemp(dir=".", prefix="result-")
    with os.fdopen(handle, "w") as out:
        json.dump(result, out, indent=1, sort_keys=True)
        out.flush()
        os.fsync(out.fileno())
    os.replace(name, target)


paths = sorted(pathlib.Path("tree").rglob("*.txt"))
with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
    counted = list(pool.map(count, paths))
save({"total": sum(counted), "files": totals}, "result.json")
print(json.loads(pathlib.Path("result.json").read_text())["total"])
