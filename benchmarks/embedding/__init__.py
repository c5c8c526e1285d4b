"""`make bench-embedding`: this project's embedding beside other libraries and servers, on the same texts and weights.

What runs in the environment of the others (`engines`, `engine_process`, `naive_service`, `exports`) imports only numpy
and the library that it is about.
"""
