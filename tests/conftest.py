"""What holds for every test."""

import os

# Powertools reads these when its objects are made, which the first import of `wiring` does, in whatever test it is.
os.environ.update(
    {
        "POWERTOOLS_METRICS_NAMESPACE": "test",
        "POWERTOOLS_SERVICE_NAME": "test",
        "POWERTOOLS_TRACE_DISABLED": "true",
    }
)
