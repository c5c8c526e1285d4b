"""The description of the API, as OpenAPI 3.1: what every route takes, answers and refuses, and who may call it.

It is put together from the models that read requests and write answers, from the table of who may call what, and from
the table of errors. What those do not say, such as summaries, is here, in a module for each group of routes. Functions
serve the finished file: nothing of this runs in one.
"""
