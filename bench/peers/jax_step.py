"""A whole training step in JAX on the CPU: jit, lax.scan, optax; the same step as torch_step.py."""
import os
import sys

threads = sys.argv[sys.argv.index("--threads") + 1] if "--threads" in sys.argv else "2"
os.environ["XLA_FLAGS"] = f"--xla_cpu_multi_thread_eigen={'true' if threads != '1' else 'false'}"
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(threads)])

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import optax  # noqa: E402
from rows import run  # noqa: E402

sigmoid, tanh = jax.nn.sigmoid, jnp.tanh


def lstm(weights, state, maps, peepholes=False):
    h, c = state
    i, f, g, o = jnp.split(maps + h @ weights["U"], 4, 1)
    p = weights["p"] if peepholes else jnp.zeros(3)
    i, f = sigmoid(i + p[0] * c), sigmoid(f + p[1] * c)
    c = f * c + i * tanh(g)
    h = sigmoid(o + p[2] * c) * tanh(c)
    return (h, c), h


def gru(weights, state, maps):
    (h,) = state
    r, z, n = jnp.split(maps, 3, 1)
    hr, hz, hn = jnp.split(h @ weights["U"] + weights["c"], 3, 1)
    r, z = sigmoid(r + hr), sigmoid(z + hz)
    h = (1 - z) * tanh(n + r * hn) + z * h
    return (h,), h


def rnn(weights, state, maps):
    h = tanh(maps + state[0] @ weights["U"])
    return (h,), h


CELLS = {
    "LSTM": (lstm, 2, 4),
    "GRU": (gru, 1, 3),
    "RNN": (rnn, 1, 1),
    "peephole": (lambda *given: lstm(*given, peepholes=True), 2, 4),
}


def prepare(sizes, cell, _threads):
    vocabulary, batch, steps, embedding, units, layers = sizes
    advance, states, maps = CELLS[cell]
    keys = iter(jax.random.split(jax.random.PRNGKey(0), 100))
    draw = lambda *shape: 0.1 * jax.random.normal(next(keys), shape)
    weights = {"table": draw(vocabulary, embedding), "V": draw(units, vocabulary), "v": draw(vocabulary), "layers": []}
    for layer in range(layers):
        own = {"W": draw(embedding if layer == 0 else units, maps * units), "U": draw(units, maps * units), "b": draw(maps * units)}
        if cell == "peephole":
            own["p"] = draw(3, units)
        if cell == "GRU":
            own["c"] = draw(maps * units)
        weights["layers"].append(own)
    ids = jax.random.randint(next(keys), (steps, batch), 0, vocabulary)
    targets = jax.random.randint(next(keys), (steps, batch), 0, vocabulary)

    def loss(weights):
        sequence = weights["table"][ids]
        for own in weights["layers"]:
            first = tuple(jnp.zeros((batch, units)) for _ in range(states))
            _, sequence = jax.lax.scan(lambda state, at, own=own: advance(own, state, at), first, sequence @ own["W"] + own["b"])
        logits = sequence @ weights["V"] + weights["v"]
        return optax.softmax_cross_entropy_with_integer_labels(logits, targets).mean()

    adam = optax.chain(optax.clip_by_global_norm(5.0), optax.adam(0.002))
    held = [weights, adam.init(weights)]

    @jax.jit
    def train(weights, moments):
        value, slope = jax.value_and_grad(loss)(weights)
        change, moments = adam.update(slope, moments)
        return optax.apply_updates(weights, change), moments, value

    def step():
        held[0], held[1], value = train(*held)
        jax.block_until_ready((held[0], value))
        return value

    return step


run(prepare)
