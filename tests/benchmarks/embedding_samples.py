"""Results of a run that never was."""

from benchmarks.embedding.quality import Quality
from benchmarks.embedding.results import SystemResult
from benchmarks.embedding.spread import Spread
from benchmarks.embedding.systems import ENGINE, INFINITY_BF16, NAIVE, REFERENCE, SERVICE

SAME = Quality(cosine_worst=1.0, cosine_mean=1.0, overlap_mean=1.0, overlap_worst=1.0)


def server(name: str, one_client: tuple[float, ...], four_clients: tuple[float, ...]) -> SystemResult:
    """A server that started in a second and took 300 MiB."""
    speeds = {
        "long, 1 client": Spread(one_client),
        "long, 4 clients": Spread(four_clients),
        "mixed, 4 clients": Spread(four_clients),
    }
    return SystemResult(name, True, speeds, Spread((1.0, 0.8, 0.9)), Spread((300.0, 310.0, 305.0)), SAME)


def library(name: str, long: tuple[float, ...], mixed: tuple[float, ...], quality: Quality = SAME) -> SystemResult:
    """A library that started in half a second and took 200 MiB."""
    speeds = {"long": Spread(long), "mixed": Spread(mixed)}
    return SystemResult(name, False, speeds, Spread((0.5, 0.5, 0.5)), Spread((200.0, 200.0, 200.0)), quality)


def systems(engine_quality: Quality = SAME) -> list[SystemResult]:
    """A service 4.5 times as fast as the naive one and 1.5 times as fast as infinity; an engine a bit faster still."""
    return [
        server(SERVICE, (80.0, 80.0, 80.0), (90.0, 45.0, 99.0)),
        server(NAIVE, (20.0, 10.0, 22.0), (15.0, 8.0, 15.0)),
        server("infinity, float32", (30.0, 15.0, 33.0), (31.0, 15.0, 33.0)),
        server(INFINITY_BF16, (60.0, 30.0, 66.0), (50.0, 25.0, 55.0)),
        library(ENGINE, (92.0, 46.0, 101.0), (240.0, 120.0, 264.0), engine_quality),
        library(REFERENCE, (25.0, 12.0, 27.0), (40.0, 20.0, 44.0)),
    ]
