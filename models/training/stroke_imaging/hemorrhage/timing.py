"""Time and memory of the graph on one and two threads."""

import json
import subprocess
import sys
from pathlib import Path

SLICES, ROWS, COLUMNS = 30, 176, 144

_RUN = """
import json, resource, sys, time
import numpy as np, onnxruntime
path, threads, n, h, w = sys.argv[1], *map(int, sys.argv[2:])
options = onnxruntime.SessionOptions(); options.intra_op_num_threads = threads; options.inter_op_num_threads = 1
options.add_session_config_entry("session.intra_op.allow_spinning", "0")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
hu = np.random.default_rng(0).normal(20, 30, (8, 3, h, w)).astype(np.float32)
session.run(None, {"hu": hu})
start, cpu = time.perf_counter(), time.process_time()
for first in range(0, n, 8): session.run(None, {"hu": hu[: min(8, n - first)]})
wall, cpu = time.perf_counter() - start, time.process_time() - cpu
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"seconds": round(wall, 2), "processorSeconds": round(cpu, 2), "memoryMb": round((after - before) / 1024)}))
"""


def timing(path: Path) -> dict:
    """Seconds and added memory (MB) for a scan of 30 slices of 176 x 144, in a process of its own, on one and two threads."""
    out: dict = {"slices": SLICES, "rows": ROWS, "columns": COLUMNS}
    for threads, name in ((1, "oneThread"), (2, "twoThreads")):
        command = [sys.executable, "-c", _RUN, str(path), str(threads), str(SLICES), str(ROWS), str(COLUMNS)]
        out[name] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return out
