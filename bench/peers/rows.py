"""How a step of a peer in Python is timed; tfjs_step.mjs does the same. The models are in src/cli/bench-rows.json."""
import argparse
import json
import pathlib
import time

ROWS = json.loads((pathlib.Path(__file__).parents[2] / "src/cli/bench-rows.json").read_text())
SIZES = ("vocabulary", "batch", "timeSteps", "embedding", "units", "layers")
TASKS = ("forecast", "classify", "translate", "speech", "frames")


def run(prepare, prepare_task=None):
    """Times `step` for the row and cell of the command line; prepare(sizes, cell, threads) returns it, prepare_task(row, cell, threads) that of a
    task's usual model.

    A step returns its loss when all of it is done. The first step compiles; then up to three more are not counted, fewer
    where they take longer than the measurement itself.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", required=True, choices=ROWS)
    parser.add_argument("--cells", required=True)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    row = ROWS[options.rows]
    if options.rows in TASKS:
        step = prepare_task(row, options.cells, options.threads)
    else:
        step = prepare([row[size] for size in SIZES], options.cells, options.threads)
    first = float(step())
    end = time.perf_counter() + options.seconds
    for _ in range(3):
        if time.perf_counter() < end:
            step()
    times = []
    end = time.perf_counter() + options.seconds
    while time.perf_counter() < end or len(times) < 3:
        began = time.perf_counter()
        loss = step()
        times.append(1000 * (time.perf_counter() - began))
    times.sort()
    losses = [first, float(loss)]
    print(json.dumps({"best": times[0], "median": times[len(times) // 2], "steps": len(times), "losses": losses}))
