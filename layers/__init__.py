"""What the functions carry on AWS besides their code: the layers of template.yaml, which `sam build` makes by this.

Their packages are here and not beside the functions' code because a function and its layers may have 250 MiB together:
the encoder leaves so little of that that each function can have only what it uses, and of the packages only what runs.
"""
