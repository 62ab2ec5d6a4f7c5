"""An optimiser that a Sonde scan asks where to measure: python-adaptive, over standard input and output.

Each line that comes in is a message, and each is answered by one line. Nothing else may be printed to standard output.
"""

import json
import sys

from adaptive import Learner1D
from adaptive.learner.learner1D import curvature_loss_function

learner, axis, signal, goal = None, None, None, 0.0


def answer(message):
    global learner, axis, signal, goal
    if "hello" in message:
        hello = message["hello"]
        ((axis, region),), (signal,) = hello["axes"].items(), hello["on"]
        goal = hello["settings"]["loss"]
        learner = Learner1D(None, region["range"], loss_per_interval=curvature_loss_function())
        return {"version": 1}
    for point in message["tell"]:
        reading = point.get("reading", {}).get(signal)
        if reading is not None:
            learner.tell(point["setpoint"][axis], reading)
    if learner.npoints > 2 and learner.loss() < goal:
        return {"done": True, "reason": f"the loss is below {goal}", "summary": {"loss": learner.loss()}}
    places, _ = learner.ask(message["ask"])
    return {"setpoints": [{axis: float(place)} for place in places]}


for line in sys.stdin:
    message = json.loads(line)
    print(json.dumps({"id": message["id"], **answer(message)}), flush=True)
