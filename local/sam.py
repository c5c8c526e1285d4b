"""`python -m local.sam`: the `sam` command, with the parser of YAML in C.

`sam build` and `sam deploy` read the template two dozen times, which takes the parser in Python several seconds.
"""

import yaml
from samcli.cli.main import cli

if __name__ == "__main__":
    yaml.SafeLoader = yaml.CSafeLoader  # type: ignore[assignment, misc]
    cli(prog_name="sam")
