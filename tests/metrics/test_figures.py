"""Which figures there are, of which routes and queues, and what they cost."""

from collections import Counter
from dataclasses import replace

from bloomweaver.auth.routes import OPEN, ROUTES
from bloomweaver.metrics import own
from bloomweaver.metrics.figures import ALL_ROUTES, FigureName, Kind, figures_of
from bloomweaver.metrics.route_groups import ROUTE_GROUPS, RouteGroup
from tests.metrics.memory_metrics import DEPLOYMENT

FIGURES = figures_of(DEPLOYMENT)
NEW_METRICS_MAX = 20
OF_REQUESTS = {own.REQUEST_DURATION, own.REQUESTS_REFUSED, own.REQUESTS_FAILED}
NEW = OF_REQUESTS | {
    own.DOCUMENTS_EDITED,
    own.DOCUMENTS_DELETED,
    own.TOKENS_EMBEDDED,
    own.ANSWER_TOKENS_READ,
    own.ANSWER_TOKENS_WRITTEN,
}


def test_every_route_that_takes_a_token_is_in_a_group_and_none_that_is_open() -> None:
    assert set(ROUTE_GROUPS) == set(ROUTES)
    assert not set(ROUTE_GROUPS) & OPEN
    assert set(ROUTE_GROUPS.values()) == set(RouteGroup)


def test_there_is_each_figure_and_none_twice() -> None:
    assert {figure.name for figure in FIGURES} == set(FigureName)
    assert max(Counter((figure.name, figure.of) for figure in FIGURES).values()) == 1


def test_each_group_of_routes_has_the_same_figures_and_so_have_all_together() -> None:
    by_group = {
        of: {figure.name for figure in FIGURES if figure.of == of}
        for of in (ALL_ROUTES, *(g.value for g in RouteGroup))
    }
    assert len(set(map(frozenset, by_group.values()))) == 1
    assert FigureName.SERVER_ERROR_RATE in by_group[ALL_ROUTES]


def test_each_queue_has_a_depth_and_an_age_and_each_dead_letter_queue_a_depth() -> None:
    queues = {(f.name, f.of, f.queries[0].dimensions) for f in FIGURES if f.queries[0].namespace == "AWS/SQS"}
    assert queues == {
        *((name, of, (("QueueName", queue),)) for of, queue in DEPLOYMENT.queues.items() for name in _OF_A_QUEUE),
        *(
            (FigureName.DEAD_LETTERS, of, (("QueueName", queue),))
            for of, queue in DEPLOYMENT.dead_letter_queues.items()
        ),
    }


_OF_A_QUEUE = (FigureName.QUEUE_DEPTH, FigureName.QUEUE_AGE)


def test_at_most_twenty_metrics_are_new() -> None:
    # A metric is a name with the values of its dimensions.
    metrics = {(q.name, q.dimensions) for f in FIGURES for q in f.queries if q.namespace == own.NAMESPACE}
    assert len({metric for metric in metrics if metric[0] in NEW}) <= NEW_METRICS_MAX


def test_the_functions_own_metrics_are_of_this_stack_alone() -> None:
    for figure in FIGURES:
        for query in figure.queries:
            if query.namespace == own.NAMESPACE:
                assert query.dimensions[0] == (own.SERVICE, DEPLOYMENT.stack)
                assert (len(query.dimensions) == 2) == (query.name in OF_REQUESTS)


def test_a_share_has_a_part_and_a_whole_and_what_is_measured_one_query() -> None:
    for figure in FIGURES:
        match figure.kind:
            case Kind.SHARE:
                assert len(figure.queries) == 2
            case Kind.MEASURED:
                assert len(figure.queries) == 1


def test_without_a_fleet_its_figures_say_so_and_ask_for_nothing() -> None:
    fleet = [f for f in figures_of(replace(DEPLOYMENT, fleet_group="")) if f.name.startswith("fleet_")]
    assert [(figure.queries, figure.absent) for figure in fleet] == [((), "this deployment has no fleet")] * 2


def test_what_answers_cost_is_not_made_up_without_prices() -> None:
    [cost] = [f for f in figures_of(replace(DEPLOYMENT, token_prices=None)) if f.name is FigureName.ANSWER_COST]
    assert (cost.queries, "GeneratorPrices" in cost.absent) == ((), True)


def test_all_figures_are_read_by_one_request() -> None:
    # CloudWatch takes 500 queries in one.
    assert len({query for figure in FIGURES for query in figure.queries}) < 100
