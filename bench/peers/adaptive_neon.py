"""python-adaptive's side of bench/adaptive/neon.ts: learns a spectrum of lines with shot noise, and prints where it measured."""

import json
import sys
from math import exp, log

import adaptive
import numpy as np

request = json.loads(sys.argv[1])
noise = np.random.default_rng(request["seed"])
LINES = list(zip(request["lines"], request["heights"]))


def counts(x):
    mean = request["dark"]
    for place, height in LINES:
        mean += height * exp(-4 * log(2) * ((x - place) / request["width"]) ** 2)
    return float(noise.poisson(mean))


learner = adaptive.Learner1D(counts, (request["start"], request["stop"]))
for _ in range(request["points"]):
    (place,), _ = learner.ask(1)
    learner.tell(place, counts(place))
measured = sorted(learner.data.items())
print(
    json.dumps(
        {"version": adaptive.__version__, "x": [x for x, _ in measured], "counts": [y for _, y in measured]}
    )
)
