"""`python -m benchmarks.cost`: count on a stack of its own, and write `docs/cost.md`."""

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from benchmarks.cost import counts
from benchmarks.cost.bill import of_document, total
from benchmarks.cost.counting import count
from benchmarks.cost.lists import count_lists
from benchmarks.cost.prices import read_prices
from benchmarks.cost.report import write_page
from benchmarks.errors import RunError
from local.errors import StackError


def main() -> int:
    """Run, and return the exit code: 0, or 1 if something could not be counted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cost", description=__doc__)
    parser.add_argument("--no-run", action="store_true", help="take the counts of the last run, with today's prices")
    arguments = parser.parse_args()
    # As on Ctrl-C: the stack is stopped, and not left behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    prices = read_prices()
    try:
        if not arguments.no_run:
            with tempfile.TemporaryDirectory(prefix="cost-") as folder:
                counts.write(count(print, Path(folder)))
        run = counts.read()
        write_page(run, prices)
    except (RunError, StackError) as error:
        print(error, file=sys.stderr)
        return 1
    for name, each in run.sizes.items():
        dollars = 1000 * total(of_document(each, count_lists(), prices, run.chunks_per_second))
        print(f"1,000 {name} documents of {each.chunks:.0f} chunks: {dollars:.2f} $")
    return 0


if __name__ == "__main__":
    sys.exit(main())
