"""What the design promises, read from the template and the definitions."""

import yaml

# The parser in Python takes the templates a second, and they are read before the first test.
yaml.SafeLoader = yaml.CSafeLoader  # type: ignore[assignment, misc]
