"""Measured, not claimed: every figure in the docs comes from here.

    python -m benchmarks.run                    # all cases at their usual sizes
    python -m benchmarks.run --cases people --sizes 200 2000 --repeat 7

A case is a problem family at several sizes with contestants that solve the same problem; all of
them run interleaved in one process per size, so that ratios hold on a noisy machine. Add one with
``@case`` in a file that ``benchmarks/processes.py`` lists.
"""
