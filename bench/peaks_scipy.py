"""scipy's side of bench/peaks.ts: answers requests on stdin, one JSON line each, with milliseconds and peaks found.

A request names a file of raw float64 samples and the keyword arguments of scipy.signal.find_peaks.
"""

import json
import sys
import time

import numpy as np
from scipy.signal import find_peaks

signals = {}
for line in sys.stdin:
    request = json.loads(line)
    path = request["signal"]
    if path not in signals:
        signals[path] = np.fromfile(path)
    started = time.perf_counter()
    peaks, _ = find_peaks(signals[path], **request["options"])
    elapsed = (time.perf_counter() - started) * 1e3
    print(json.dumps({"ms": elapsed, "peaks": len(peaks)}), flush=True)
