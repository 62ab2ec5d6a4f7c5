"""Time per point of QCoDeS `dond`: two instant dummy parameters swept, one scalar measured, stored in SQLite on disk.

    python qcodes_dond.py [POINTS] [FOLDER]

FOLDER is where the database is made and removed (the system's temporary folder when left out). Prints JSON. `startStopMs`
is what a scan of 2 x 2 points takes: it stands for what does not grow with the number of points, and `usPerPoint` leaves it out.
"""

import json
import logging
import math
import os
import sys
import tempfile
import time

# QCoDeS reads its configuration and makes its log folder in the home folder: give it one of its own.
points = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
folder = tempfile.TemporaryDirectory(
    prefix="sonde-qcodes-",
    dir=sys.argv[2] if len(sys.argv) > 2 else None,
    ignore_cleanup_errors=True,  # QCoDeS keeps its database open
)
os.environ["HOME"] = os.environ["USERPROFILE"] = folder.name
os.chdir(folder.name)

import qcodes
from qcodes.dataset import LinSweep, dond, initialise_or_create_database_at, load_or_create_experiment
from qcodes.parameters import ManualParameter, Parameter

logging.disable(logging.CRITICAL)


def run_ms(rows, columns):
    slow, fast = ManualParameter("slow", initial_value=0), ManualParameter("fast", initial_value=0)
    signal = Parameter("signal", get_cmd=lambda: slow() + fast(), set_cmd=None)
    start = time.perf_counter()
    dataset, _, _ = dond(
        LinSweep(slow, 0, 1, rows),
        LinSweep(fast, 0, 1, columns),
        signal,
        do_plot=False,
        show_progress=False,
    )
    elapsed_ms = 1e3 * (time.perf_counter() - start)
    assert dataset.number_of_results == rows * columns, dataset.number_of_results
    return elapsed_ms


initialise_or_create_database_at(os.path.join(folder.name, "peer.db"))
load_or_create_experiment("bench", sample_name="none")
columns = max(2, math.isqrt(points))
rows = max(2, points // columns)
sys.stdout, printed = open(os.devnull, "w"), sys.stdout  # dond announces each run
run_ms(2, 2)  # first use: imports and tables
start_stop_ms = min(run_ms(2, 2) for _ in range(3))
elapsed_ms = run_ms(rows, columns)
sys.stdout = printed

print(json.dumps({
    "usPerPoint": 1e3 * (elapsed_ms - start_stop_ms) / (rows * columns - 4),
    "points": rows * columns,
    "version": qcodes.__version__,
    "startStopMs": start_stop_ms,
}))
