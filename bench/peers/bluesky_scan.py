"""Time per point of Bluesky: `scan` over one instant motor, `grid_scan` over two, one instant detector, nothing stored.

    python bluesky_scan.py [POINTS] [scan|grid_scan]

Devices implement no more than the RunEngine asks of them and are done as soon as they are set. Prints JSON. `startStopMs` is
what a scan of 2 (or 2 x 2) points takes: it stands for what does not grow with the number of points, and `usPerPoint`
leaves it out.
"""

import json
import math
import sys
import time

import bluesky
from bluesky import RunEngine
from bluesky.plans import grid_scan, scan


class Device:
    """What every device says of itself."""

    parent = None

    def __init__(self, name):
        self.name, self.place = name, 0.0

    def describe(self):
        return {self.name: {"source": "none", "dtype": "number", "shape": []}}

    def read(self):
        return {self.name: {"value": self.place, "timestamp": time.time()}}

    def read_configuration(self):
        return {}

    def describe_configuration(self):
        return {}


class Done:
    """A status that was done before it was made: ophyd's own starts a thread for each, which is not Bluesky's doing."""

    done = success = True

    def add_callback(self, callback):
        callback(self)

    def exception(self, timeout=0.0):
        return None


class Motor(Device):
    def set(self, place):
        self.place = place
        return Done()

    @property
    def position(self):
        return self.place

    @property
    def hints(self):
        return {"fields": [self.name]}


class Detector(Device):
    def trigger(self):
        self.place += 1
        return Done()


points = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
kind = sys.argv[2] if len(sys.argv) > 2 else "scan"
engine = RunEngine({}, context_managers=[])
detector, slow, fast = Detector("detector"), Motor("slow"), Motor("fast")
columns = max(2, math.isqrt(points))
rows = max(2, points // columns)


def run_ms(points, rows, columns):
    plan = (
        scan([detector], fast, 0, 1, points)
        if kind == "scan"
        else grid_scan([detector], slow, 0, 1, rows, fast, 0, 1, columns, snake_axes=False)
    )
    before, start = detector.place, time.perf_counter()
    engine(plan)
    elapsed_ms = 1e3 * (time.perf_counter() - start)
    measured = detector.place - before
    assert measured == (points if kind == "scan" else rows * columns), measured
    return elapsed_ms, measured


run_ms(2, 2, 2)  # first use
start_stop_ms, least = min(run_ms(2, 2, 2) for _ in range(3))
elapsed_ms, measured = run_ms(points, rows, columns)

print(json.dumps({
    "usPerPoint": 1e3 * (elapsed_ms - start_stop_ms) / (measured - least),
    "points": int(measured),
    "version": bluesky.__version__,
    "startStopMs": start_stop_ms,
}))
