"""The encoder: texts in, vectors out, in this process and without a web framework. Search uses it directly.

Import what you need from its modules: `models` and `tokenizer` load neither OpenVINO nor numpy, so that a function
which only counts tokens stays small.
"""
