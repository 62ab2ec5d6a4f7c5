"""Executes a notebook and loses none of its outputs: run_notebook.py FROM TO FOLDER.

The Deno kernel may say that it is idle before the last outputs of a cell have come; nbclient stops listening then. This
listens until a cell has been quiet for a while, and gives what still comes for an earlier cell to that cell.
"""
import json
import os
import re
import sys
import time
from queue import Empty

import nbformat
from nbclient import NotebookClient

QUIET_S = 0.3


class PatientClient(NotebookClient):
    cells = {}

    async def _async_poll_output_msg(self, parent_msg_id, cell, cell_index):
        self.cells[parent_msg_id] = (cell, cell_index)
        quiet_since = None
        while quiet_since is None or time.monotonic() - quiet_since < QUIET_S:
            try:
                message = await self.kc.get_iopub_msg(timeout=0.05 if quiet_since else 1)
            except Empty:
                continue
            parent = message["parent_header"].get("msg_id")
            if parent == parent_msg_id:
                idle = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
                if idle or quiet_since:
                    quiet_since = time.monotonic()
                if idle:
                    continue  # nbclient would take it for the end
            if parent in self.cells and message["msg_type"] != "status":
                self.process_message(message, *self.cells[parent])


def one_line(numbers):
    return "[" + re.sub(r",\s+", ", ", numbers[1]) + "]"


source, target, folder = sys.argv[1:4]
notebook = nbformat.read(source, 4)
for cell in notebook.cells:
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
        cell.metadata.pop("execution", None)
client = PatientClient(
    notebook,
    timeout=300,
    iopub_timeout=60,
    kernel_name=notebook.metadata.kernelspec.name,
    record_timing=False,
    resources={"metadata": {"path": folder}},
)
try:
    client.execute()
finally:
    for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
        # The same picture stands in the HTML, which is what is shown also of a notebook that nobody trusts yet.
        if "data:image/svg+xml" in output.get("data", {}).get("text/html", ""):
            output["data"].pop("image/svg+xml", None)
    # A notebook that is kept says nothing of the machine that it ran on.
    text = nbformat.writes(notebook)
    for place in {folder, os.path.realpath(folder)}:
        text = text.replace(json.dumps(place + os.sep)[1:-1], "").replace(json.dumps(place)[1:-1], ".")
    # A number a line, as Jupyter writes them, makes a picture three times as large.
    text = re.sub(r"\[\s*((?:null|[-+.\deE]+)(?:,\s+(?:null|[-+.\deE]+))*)\s*\]", one_line, text)
    with open(target, "w", encoding="utf-8") as file:
        file.write(text if text.endswith("\n") else text + "\n")
