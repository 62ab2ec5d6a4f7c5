"""Reads some frames of a Zarr V3 array back with tensorstore and compares them with what was streamed.

    python storage_verify.py JOB

JOB is JSON: `array` (its folder), `frames` (a file of raw uint16 frames), `side`, `count`. Fails with what differs.
"""

import json
import sys

import numpy as np
import tensorstore as ts

job = json.loads(sys.argv[1])
side, count = job["side"], job["count"]
frames = np.fromfile(job["frames"], "<u2").reshape(-1, side, side)
array = ts.open({"driver": "zarr3", "kvstore": {"driver": "file", "path": job["array"]}}).result()
assert list(array.shape) == [count, side, side], f"shape {array.shape}, expected {[count, side, side]}"
looked_at = sorted({k for k in (0, 1, count // 3, count // 2, count - 2, count - 1) if 0 <= k < count})
for k in looked_at:
    assert np.array_equal(array[k].read().result(), frames[k % len(frames)]), f"frame {k} differs from what was streamed"
print(json.dumps({"frames": len(looked_at)}))
