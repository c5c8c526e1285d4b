"""What a document costs on AWS: counted on the one-machine stack, times prices that lie in a file.

`python -m benchmarks.cost` counts and writes `docs/cost.md`; with `--no-run` it computes from the last counts.
"""
