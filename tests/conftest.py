"""What holds for every test.

`HYPOTHESIS_PROFILE=check` (`make check`) tries fewer examples.
"""

import os

from hypothesis import HealthCheck, settings

# No test has a time limit: a machine may be busy.
settings.register_profile("tests", deadline=None)
settings.register_profile(
    "check",
    settings.get_profile("tests"),
    max_examples=10,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("check" if os.environ.get("HYPOTHESIS_PROFILE") == "check" else "tests")

# Powertools reads these when its objects are made, which the first import of `wiring` does, in whatever test it is.
os.environ.update(
    {
        "POWERTOOLS_METRICS_NAMESPACE": "test",
        "POWERTOOLS_SERVICE_NAME": "test",
        "POWERTOOLS_TRACE_DISABLED": "true",
    }
)
