"""Each library behind one function: `load(folder, option)` returns what turns texts into vectors of length 1."""
