"""Medians, ratios, and whether what was asked for is met."""

import numpy as np
import pytest

from benchmarks.embedding.measure import Measured
from benchmarks.embedding.quality import Quality, quality
from benchmarks.embedding.results import named, over_rounds
from benchmarks.embedding.spread import Spread, best, ratio
from benchmarks.embedding.systems import NAIVE, SERVICE
from benchmarks.embedding.targets import Target, latency_targets, throughput_targets
from benchmarks.errors import RunError
from benchmarks.figures import Figure
from tests.benchmarks.embedding_samples import SAME, systems


def test_a_spread_is_its_median_lowest_and_highest() -> None:
    spread = Spread((3.0, 1.0, 2.5))
    assert (spread.median, spread.lowest, spread.highest) == (2.5, 1.0, 3.0)
    assert spread.as_json() == {"median": 2.5, "min": 1.0, "max": 3.0, "rounds": [3.0, 1.0, 2.5]}


def test_a_spread_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Spread(())


def test_a_ratio_is_taken_round_by_round() -> None:
    # In its second round the machine was half as fast, which says nothing of the ratio.
    assert ratio(Spread((90.0, 45.0, 96.0)), Spread((30.0, 15.0, 24.0))).values == (3.0, 3.0, 4.0)


def test_a_ratio_needs_the_same_rounds() -> None:
    with pytest.raises(ValueError, match="zip"):
        ratio(Spread((1.0, 2.0)), Spread((1.0,)))


def test_the_best_has_the_highest_median() -> None:
    steady, lucky = Spread((5.0, 5.0, 5.0)), Spread((1.0, 9.0, 1.0))
    assert best([lucky, steady]) is steady


def test_a_server_counts_with_the_number_of_clients_that_suits_it() -> None:
    measured = systems()
    assert named(measured, SERVICE).long.values == (90.0, 45.0, 99.0)
    assert named(measured, NAIVE).long.values == (20.0, 10.0, 22.0)


def test_rounds_are_put_together_by_what_was_sent() -> None:
    rounds = [Measured(0.5, 200.0, {"long": 10.0, "mixed": 20.0}), Measured(0.4, 210.0, {"long": 12.0, "mixed": 22.0})]
    result = over_rounds("some library", False, rounds, SAME)
    assert result.long.values == (10.0, 12.0)
    assert result.mixed.values == (20.0, 22.0)
    assert result.start_seconds.values == (0.5, 0.4)
    assert result.peak_memory_mib.highest == 210.0


def test_targets_are_met_or_missed_by_the_median() -> None:
    at_least = Target("ratio", "times", Spread((3.0, 4.0, 5.0)), 4.0, at_least=True)
    at_most = Target("time", "s", Spread((0.5, 1.1, 2.0)), 1.0)
    assert at_least.met
    assert not at_most.met
    assert at_least.row() == ("ratio", ">= 4 times", "4 times (3 .. 5)", "met")
    assert at_most.row() == ("time", "<= 1 s", "1.10 s (0.50 .. 2)", "MISSED")


def test_a_worst_cosine_just_below_its_target_is_not_rounded_up() -> None:
    target = Target("cosine", "", Spread((0.99989,)), 0.9999, at_least=True)
    assert target.row() == ("cosine", ">= 0.9999", "0.99989", "MISSED")


def test_what_was_asked_of_speed_start_memory_and_quality() -> None:
    imprecise = Quality(cosine_worst=0.9995, cosine_mean=0.9999, overlap_mean=0.99, overlap_worst=0.9)
    targets = throughput_targets(systems(imprecise))
    assert [(target.measured.median, target.met) for target in targets] == [
        (4.5, True),  # naive
        (1.5, False),  # infinity at its best
        (pytest.approx(90 / 92), True),  # the engine in process
        (6.0, True),  # mixed
        (0.9, True),  # start
        (305.0, True),  # memory
        (0.9995, False),  # cosine
    ]


def test_a_system_that_was_not_measured_is_named() -> None:
    with pytest.raises(RunError, match="naive FastAPI"):
        throughput_targets([system for system in systems() if system.name != NAIVE])


def test_latency_figures_with_a_target_become_targets() -> None:
    rounds = [
        [Figure("p50", "ms", value), Figure("more over HTTP", "ms", value, 2.0), Figure("rate", "", value, 0.9, True)]
        for value in (1.0, 3.0, 1.5)
    ]
    more, rate = latency_targets(rounds)
    assert (more.name, more.measured.values, more.met) == ("short queries: more over HTTP", (1.0, 3.0, 1.5), True)
    assert (rate.at_least, rate.met) == (True, True)


def test_equal_vectors_have_cosine_1_and_the_same_neighbours() -> None:
    vectors = np.random.default_rng(1).normal(size=(40, 8)).astype(np.float32)
    same = quality(vectors * 3, vectors)
    assert same.cosine_worst == pytest.approx(1)
    assert same.overlap_worst == 1


def test_one_wrong_vector_is_the_worst_cosine() -> None:
    reference = np.random.default_rng(2).normal(size=(40, 8)).astype(np.float32)
    vectors = reference.copy()
    vectors[7] *= -1
    found = quality(vectors, reference)
    assert found.cosine_worst == pytest.approx(-1)
    assert found.cosine_mean == pytest.approx(38 / 40)
    assert found.overlap_worst < found.overlap_mean < 1


def test_vectors_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        quality(np.ones((2, 3), np.float32), np.ones((3, 3), np.float32))
