"""`create-index`: the vector index that the environment's settings name, or those of a deployed stack."""

import os
from typing import Annotated

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from bloomweaver.errors import ConfigurationError
from bloomweaver.settings import settings
from cli import output
from cli.options import JsonOption

FUNCTION = "IndexesFunction"
"""One of those that talk to the vector index: its environment has the settings for that."""
OF_THE_INDEX = ("VECTOR_", "PINECONE_", "LANCEDB_")


def create_index(
    stack: Annotated[
        str, typer.Option(metavar="NAME", help="Take the settings of this deployed stack, in the account at hand.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Create the vector index with its schema. One that is there already, and fits, is left as it is.

    The settings come from the stack that is named, or from the environment, under the names that the template gives to
    the functions: VECTOR_STORE, VECTOR_INDEX_NAME, VECTOR_DIMENSION, and LANCEDB_URI or PINECONE_SECRET_ARN,
    PINECONE_HOST, PINECONE_NAMESPACE, PINECONE_CLOUD and PINECONE_REGION.

    Exits with 1 if a setting is missing, there is no such stack, or an index of that name has another schema or place.
    """
    # Brings the clients of all the services with it.
    from wiring import dependencies

    if stack:
        os.environ.update(_settings_of(stack))
        settings.cache_clear()
    try:
        chosen = settings()
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        raise ConfigurationError(f"the environment's settings are not valid: {wrong}") from error
    dependencies.vector_store().create()
    created = {
        "vector_store": chosen.vector_store,
        "index": chosen.vector_index_name,
        "dimension": chosen.vector_dimension,
    }
    if as_json:
        output.print_json(created)
    else:
        output.print_table(None, ("Vector store", "Index", "#Dimension"), [[str(value) for value in created.values()]])


def _settings_of(stack: str) -> dict[str, str]:
    try:
        resource = boto3.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId=FUNCTION)
        name = resource["StackResourceDetail"]["PhysicalResourceId"]
        variables = boto3.client("lambda").get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    except (BotoCoreError, ClientError) as error:
        raise ConfigurationError(f"the settings of the stack '{stack}' cannot be read: {error}") from error
    return {key: value for key, value in variables.items() if key.startswith(OF_THE_INDEX)}
