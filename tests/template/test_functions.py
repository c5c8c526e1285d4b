"""Each function's handler is there, and finds every setting that it reads."""

from typing import Any

import pytest

from bloomweaver.settings import Settings
from tests.template import source
from tests.template.template import REPOSITORY, function, resources, secrets_read_by, value

FUNCTIONS = sorted(resources("AWS::Serverless::Function"))
NO_SETTINGS = ("POWERTOOLS_", "LOG_LEVEL")
"""What the logging library reads by itself."""


def environment(name: str) -> dict[str, Any]:
    """The function's environment as far as it is settings, by field."""
    variables = function(name)["Environment"]["Variables"]
    return {key.lower(): entry for key, entry in variables.items() if not key.startswith(NO_SETTINGS)}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_handler_is_there(name: str) -> None:
    path, called = source.handler_path(function(name)["Handler"])
    assert (source.FUNCTIONS / path).is_file()
    assert called in source.functions_of(path)


def test_every_handler_is_deployed() -> None:
    deployed = {source.handler_path(function(name)["Handler"])[0] for name in FUNCTIONS}
    assert deployed == {str(path.relative_to(source.FUNCTIONS)) for path in source.FUNCTIONS.glob("*/handler.py")}


def test_one_build_serves_every_function() -> None:
    assert {function(name)["CodeUri"] for name in FUNCTIONS} == {"functions/"}
    # `sam build` would put what is in such a file beside the code: packages are in layers.
    assert not (REPOSITORY / "functions" / "requirements.txt").exists()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_environment_holds_settings_and_nothing_else(name: str) -> None:
    assert set(environment(name)) <= set(Settings.model_fields)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_environments_values_are_valid_settings(name: str) -> None:
    resolved = {field: value(entry) for field, entry in environment(name).items()}
    Settings.model_validate({field: str(entry) for field, entry in resolved.items() if not isinstance(entry, dict)})


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_environment_variable_is_text(name: str) -> None:
    # A number from a mapping is text on AWS, and stops the function from starting on one machine.
    variables = function(name)["Environment"]["Variables"].values()
    mapped = [value(entry) for entry in variables if isinstance(entry, dict) and "Fn::FindInMap" in entry]
    assert all(isinstance(entry, str) for entry in mapped)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_setting_without_a_default_that_the_handler_reads_is_given(name: str) -> None:
    without = {field for field, info in Settings.model_fields.items() if info.default == ""}
    assert source.settings_of(function(name)["Handler"]) & without <= set(environment(name))


def test_the_sources_reader_sees_what_handlers_read() -> None:
    assert source.settings_of("dispatch.handler.handler") >= {"delete_state_machine_arn", "documents_table"}
    assert source.settings_of("chunk.handler.handler") >= {"chunk_max_tokens", "backups_bucket"}
    assert source.settings_of("s3_writer.handler.handler") >= {"backups_bucket", "documents_table"}
    assert source.settings_of("search.handler.handler") >= {"indexes_table", "lancedb_uri", "models_dir"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_only_who_talks_to_the_vector_index_holds_its_key(name: str) -> None:
    needs = "index_stores" in source.ports_of(function(name)["Handler"])
    assert ("pinecone_secret_arn" in environment(name)) == needs
    assert ("PineconeSecret" in secrets_read_by(function(name))) == needs
