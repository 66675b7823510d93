"""The four models of the bench, and how a step is timed: the same for every peer."""
import argparse
import json
import time

# row: vocabulary, batch, time steps, embedding, units, layers
ROWS = {
    1: (65, 8, 32, 32, 32, 1),
    2: (65, 32, 50, 64, 64, 1),
    3: (65, 50, 50, 64, 128, 2),
    4: (65, 32, 100, 512, 512, 2),
}


def run(prepare):
    """Times `step` for the row and cell of the command line; prepare(sizes, cell, threads) returns it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--cells", required=True)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    step = prepare(ROWS[options.rows], options.cells, options.threads)
    for _ in range(4):
        step()
    times = []
    end = time.perf_counter() + options.seconds
    while time.perf_counter() < end or len(times) < 3:
        began = time.perf_counter()
        step()
        times.append(1000 * (time.perf_counter() - began))
    times.sort()
    print(json.dumps({"best": times[0], "median": times[len(times) // 2], "steps": len(times)}))
