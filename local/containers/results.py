"""What an invocation came to. `sam local invoke` exits with 0 when a handler raises, so its output is read."""

import json
from dataclasses import dataclass

_SHOWN_CHARACTERS = 100


@dataclass(frozen=True)
class Result:
    """How an invocation went, and its result or its error in short."""

    passed: bool
    detail: str


def read_result(exit_code: int, output: str, log: str, says: str, raises: str = "") -> Result:
    """Judge what `sam local invoke` printed: `output` is its standard output, `log` its standard error.

    It passed if the function returned a result that contains `says`, and, where that is an HTTP answer, no error. Where
    `raises` names an error, it passed if the function ended with that one.
    """
    lines = output.strip().splitlines()
    if exit_code or not lines:
        return Result(False, _shorten(_last_line(log) or f"sam ended with {exit_code} and said nothing"))
    try:
        result = json.loads(lines[-1])
    except ValueError:
        return Result(False, f"no JSON: {_shorten(lines[-1])}")
    if isinstance(result, dict) and "errorType" in result:
        return Result(result["errorType"] == raises, _shorten(f"{result['errorType']}: {result.get('errorMessage')}"))
    if raises:
        return Result(False, f"it does not raise {raises}: {_shorten(lines[-1])}")
    text = json.dumps(result)
    if isinstance(result, dict) and "statusCode" in result:
        text = str(result.get("body"))
        return _judge(result["statusCode"] < 400, f"{result['statusCode']} {text}", says)
    return _judge(True, text, says)


def read_answer(status: int, body: str, says: str) -> Result:
    """Judge an HTTP answer of `sam local start-api`."""
    return _judge(status < 400, f"{status} {body}", says)


def _judge(passed: bool, text: str, says: str) -> Result:
    if passed and says not in text:
        return Result(False, f"it does not say {says}: {_shorten(text)}")
    return Result(passed, _shorten(text))


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_CHARACTERS else f"{line[: _SHOWN_CHARACTERS - 3]}..."
