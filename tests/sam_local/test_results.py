"""What `sam local` prints, read: a handler that raised leaves exit code 0 behind it."""

import pytest

from local.containers.results import read_answer, read_result

RAISED = '{"errorMessage": "no such version", "errorType": "Superseded", "requestId": "1", "stackTrace": []}'


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ('{"embedded": 1}\n', '"embedded": 1'),
        ('{"statusCode": 202, "body": "{\\"status\\": \\"queued\\"}"}', "queued"),
        ("{}", "{}"),
        ('what a handler printed\n{"embedded": 1}', "embedded"),
    ],
)
def test_result_that_says_what_it_should_passes(output: str, says: str) -> None:
    assert read_result(0, output, "START\nEND\n", says).passed


@pytest.mark.parametrize(
    ("exit_code", "output", "log", "detail"),
    [
        (0, RAISED, "", "Superseded: no such version"),
        (0, "", "Function 'EmbedFunction' timed out after 300 seconds\n\n", "timed out after 300 seconds"),
        (1, "", "Error: Running AWS SAM projects locally requires Docker.", "requires Docker"),
        (0, "", "", "said nothing"),
        (0, "<html>", "", "no JSON: <html>"),
        (0, '{"statusCode": 409, "body": "queued, it is not"}', "", "409 queued, it is not"),
        (0, '{"embedded": 0}', "", "does not say"),
    ],
)
def test_anything_else_fails_and_says_why(exit_code: int, output: str, log: str, detail: str) -> None:
    result = read_result(exit_code, output, log, '"embedded": 1')
    assert not result.passed
    assert detail in result.detail


def test_an_error_passes_only_where_it_is_the_one_that_is_expected() -> None:
    assert read_result(0, RAISED, "", "", raises="Superseded").passed
    assert not read_result(0, RAISED, "", "", raises="ExtractionFailed").passed
    assert not read_result(0, "{}", "", "", raises="Superseded").passed


def test_an_answer_of_the_api_passes_by_its_status_and_what_it_says() -> None:
    assert read_answer(202, '{"status": "queued"}', "queued").passed
    assert not read_answer(502, '{"status": "queued"}', "queued").passed
    assert not read_answer(200, "{}", "queued").passed


def test_a_long_result_is_shortened() -> None:
    assert len(read_result(0, '{"text": "' + "x" * 1000 + '"}', "", "x").detail) == 100
