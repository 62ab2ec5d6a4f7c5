"""numcodecs' side of bench/codec.ts: answers requests on stdin, one JSON line each, with milliseconds and encoded bytes.

A request names a file, its dtype, the bytes of a chunk and the compressor; one thread does it all.
"""

import json
import sys
import time

import numpy as np
from numcodecs import Blosc, blosc

blosc.set_nthreads(1)
files = {}
for line in sys.stdin:
    request = json.loads(line)
    path, dtype = request["file"], np.dtype(request["dtype"])
    if path not in files:
        files[path] = np.fromfile(path, dtype)
    codec = Blosc(request["compressor"], 1, Blosc.SHUFFLE)
    step = request["chunkBytes"] // dtype.itemsize
    chunks = [files[path][at : at + step] for at in range(0, len(files[path]), step)]
    started = time.perf_counter()
    encoded = sum(len(codec.encode(chunk)) for chunk in chunks)
    elapsed = (time.perf_counter() - started) * 1e3
    print(json.dumps({"ms": elapsed, "bytes": encoded}), flush=True)
