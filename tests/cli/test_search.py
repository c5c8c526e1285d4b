"""`bloomweaver search`: what is asked, and how hits are shown."""

from typing import Any

import pytest

from tests.cli.conftest import Command
from tests.cli.fake_api import Answer, FakeApi, problem, search_answer

HIT: dict[str, Any] = {
    "doc_hash": "guide-1",
    "version": 2,
    "chunk_id": "v000002-00000",
    "score": 0.81234,
    "text": "Press the red\n   button [bold]twice[/bold].\x1b[31m",
    "title": "Guide",
    "heading": "Buttons",
    "page": 7,
    "metadata": {"lang": "en"},
}


def test_hits_are_shown_as_they_are(on_api: Command, api: FakeApi) -> None:
    api.hits = [HIT]
    run = on_api("search", "how to press")
    assert run.exit_code == 0
    for shown in ("0.812", "Guide", "guide-1", "Buttons (page 7)", "Press the red button [bold]twice[/bold].[31m"):
        assert shown in run.stdout
    assert "\x1b" not in run.stdout


def test_hits_as_json(on_api: Command, api: FakeApi) -> None:
    api.hits = [HIT]
    assert on_api("search", "how to press", "--json").json() == search_answer([HIT])


def test_a_query_that_was_read_in_windows_is_told(on_api: Command, api: FakeApi) -> None:
    api.scripted["POST /v1/search"].append(Answer(200, search_answer([HIT], query={"windows": 3})))
    run = on_api("search", "long")
    assert "it was read in 3 windows" in run.stderr
    assert "Guide" in run.stdout


def test_no_hit_is_no_error(on_api: Command) -> None:
    run = on_api("search", "nothing")
    assert run.exit_code == 0
    assert run.stdout == ""
    assert "nothing was found" in run.stderr


def test_what_took_no_part_and_what_is_left_is_told(on_api: Command, api: FakeApi) -> None:
    legs = {"dense": {"hits": 3}, "keyword": {"hits": 0, "missing": "VectorIndexUnavailable: it is down"}}
    answer = search_answer([HIT], legs=legs, cursor="abc", moved=True)
    api.scripted["POST /v1/search"].append(Answer(200, answer))
    run = on_api("search", "words")
    for said in ("without keyword: VectorIndexUnavailable: it is down", "has changed", "--cursor abc"):
        assert said in run.stderr
    api.scripted["POST /v1/search"].append(Answer(200, search_answer([HIT], bounded=True)))
    assert "there may be more" in on_api("search", "words").stderr


def test_an_explained_hit_shows_what_its_score_is_made_of(on_api: Command, api: FakeApi) -> None:
    explained = {"index": "bloomweaver", "fused": 0.5, "phrases": 1, "dense": {"rank": 2, "score": 0.4}, "rerank": 7.0}
    api.scripted["POST /v1/search"].append(Answer(200, search_answer([{**HIT, "explain": explained}])))
    run = on_api("search", "words", "--explain")
    for shown in ("dense #2 (0.400)", "phrases 1", "rerank 7.000, before it 0.500"):
        assert shown in run.stdout
    assert api.bodies("/v1/search")[-1]["explain"] is True


def test_the_options_are_sent(on_api: Command, api: FakeApi) -> None:
    on_api("search", "words", "--top-k", 3, "--min-score", "-0.5")
    on_api("search", "words", "--mode", "keyword", "--no-rerank", "--cursor", "abc")
    assert api.bodies("/v1/search") == [
        {"query": "words", "top_k": 3, "min_score": -0.5},
        {"query": "words", "top_k": 10, "mode": "keyword", "rerank": False, "cursor": "abc"},
    ]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (["lang=en"], {"lang": "en"}),
        (["year=2020"], {"year": 2020}),
        (["draft=true"], {"draft": True}),
        (['year="2020"'], {"year": "2020"}),
        (["title=a=b"], {"title": "a=b"}),
        (["x=null"], {"x": "null"}),
        (["x=NaN"], {"x": "NaN"}),
        (["x="], {"x": ""}),
        (['{"year": {"$gte": 2020}}'], {"year": {"$gte": 2020}}),
        (["lang=en", ' {"year": 1}'], {"$and": [{"lang": "en"}, {"year": 1}]}),
    ],
)
def test_filters_are_read(on_api: Command, api: FakeApi, given: list[str], sent: dict[str, Any]) -> None:
    run = on_api("search", "words", *(argument for text in given for argument in ("--filter", text)))
    assert run.exit_code == 0
    assert api.bodies("/v1/search")[0]["filter"] == sent


@pytest.mark.parametrize(
    "arguments",
    [
        ["--filter", "{year: 2020}"],
        ["--filter", '{"year": NaN}'],
        ["--filter", "lang"],
        ["--filter", "=en"],
        ["--top-k", "0"],
        ["--top-k", "101"],
        ["--min-score", "2"],
    ],
)
def test_wrong_use_is_told_and_nothing_is_asked(on_api: Command, api: FakeApi, arguments: list[str]) -> None:
    run = on_api("search", "words", *arguments)
    assert run.exit_code == 2
    assert arguments[0] in run.stderr
    assert not api.requests


def test_a_query_that_is_no_text_is_wrong_use(on_api: Command) -> None:
    assert on_api("search", "\udcff").exit_code == 2


def test_a_filter_that_the_api_refuses_is_shown_with_its_reason(on_api: Command, api: FakeApi) -> None:
    api.scripted["POST /v1/search"].append(problem(422, "filter: year: '$near' is not known", "filter"))
    run = on_api("search", "words", "--filter", '{"year": {"$near": 1}}', "--json")
    assert run.exit_code == 1
    assert run.stdout == ""
    assert "filter: year: '$near' is not known" in run.stderr
