"""The layers as `sam build` makes them, measured, and used by a process that has nothing else."""
