"""python-adaptive's side of bench/adaptive.ts: learns the functions of a request, a file of JSON, and prints as JSON where it
measured and how long that took. The functions are those of bench/adaptive/truths.ts. It also judges, with scipy's linear
interpolation between the points of either side, how far a plane is from the truth.
"""

import json
import random
import sys
import time
from math import cos, exp, log, sin, tanh

import adaptive
import numpy as np
from adaptive.learner.learner1D import curvature_loss_function, default_loss, resolution_loss_function, uniform_loss
from scipy.interpolate import LinearNDInterpolator

LN2 = log(2)


def ramp(x, first, second, up, down):
    if x < first:
        return up * (x + 1)
    return up * (first + 1) if x < second else up * (first + 1) - down * (x - second)


def lines(x, a, b, c, width):
    return sum(height / (1 + (2 * (x - at) / width) ** 2) for at, height in ((a, 1), (b, 0.3), (c, 0.1)))


LINES = {
    "gaussian": lambda x, at, width, slope: exp(-4 * LN2 * ((x - at) / width) ** 2) + slope * x,
    "lorentzian": lambda x, at, width, slope: 1 / (1 + (2 * (x - at) / width) ** 2) + slope * x,
    "step": lambda x, at, width: tanh((x - at) / width),
    "chirp": lambda x, at, far: sin(1 / (abs(x - at) + far)),
    "ramp": ramp,
    "lines": lines,
}

PLANES = {
    "ring": lambda x, y, u, v, radius, width: x / 2 + exp(-(((x - u) ** 2 + (y - v) ** 2 - radius**2) ** 2) / width**4),
    "spot": lambda x, y, u, v, width: exp(-4 * LN2 * ((x - u) ** 2 + (y - v) ** 2) / width**2),
    "edge": lambda x, y, angle, offset, width: tanh((x * cos(angle) + y * sin(angle) - offset) / width),
    "waves": lambda x, y, along, across, phase: sin(along * x + phase) * cos(across * y) + x * y / 2,
}

LOSSES = {
    "distance": lambda: default_loss,
    "uniform": lambda: uniform_loss,
    "curvature": lambda: curvature_loss_function(),
    "resolution": lambda: resolution_loss_function(0.001, 1),
}


def learn_line(function, case):
    learner = adaptive.Learner1D(function, (-1, 1), LOSSES[case["loss"]]())
    measure(learner, function, case["points"])
    return sorted(learner.data.items())


def learn_plane(function, case):
    learner = adaptive.Learner2D(lambda xy: function(*xy), [(-1, 1), (-1, 1)])
    measure(learner, lambda xy: function(*xy), case["points"])
    return [[*xy, z] for xy, z in learner.data.items()]


def measure(learner, function, points):
    while learner.npoints < points:
        (at,), _ = learner.ask(1)
        learner.tell(at, function(at))


def learn_average(function, case):
    learner = adaptive.AverageLearner1D(function, (-1, 1), min_samples=case.get("samples", 5))
    for _ in range(case["points"]):
        (at,), _ = learner.ask(1)
        learner.tell(at, function(at[1]))
    return sorted(learner.data.items())


def noisy(function, noise, seed):
    source = random.Random(seed)
    return lambda x: function(x) + source.gauss(0, noise)


def learn(case):
    plane = case["name"] in PLANES
    shape = (PLANES if plane else LINES)[case["name"]]
    function = (lambda x, y: shape(x, y, *case["parameters"])) if plane else lambda x: shape(x, *case["parameters"])
    if case.get("noise"):
        function = noisy(function, case["noise"], case["seed"])
    how = learn_plane if plane else learn_average if case["loss"] == "average" else learn_line
    started = time.perf_counter()
    measured = how(function, case)
    elapsed = time.perf_counter() - started
    return {"usPerPoint": 1e6 * elapsed / case["points"], "measured": measured if case.get("keep", True) else []}


def judge(case):
    """The largest and the root mean square deviation from the truth on a fine grid."""
    measured, truth = np.array(case["measured"]), np.vectorize(lambda x, y: PLANES[case["name"]](x, y, *case["parameters"]))
    x, y = np.meshgrid(np.linspace(-1, 1, 201), np.linspace(-1, 1, 201))
    off = np.abs(LinearNDInterpolator(measured[:, :2], measured[:, 2])(x, y) - truth(x, y))
    return {"most": float(np.nanmax(off)), "rms": float(np.sqrt(np.nanmean(off**2)))}


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        request = json.load(file)
    learnt, judged = [learn(case) for case in request["learn"]], [judge(case) for case in request["judge"]]
    print(json.dumps({"version": adaptive.__version__, "learnt": learnt, "judged": judged}))
