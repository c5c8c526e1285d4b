"""`create-index`: the vector index that the environment's settings name."""

from pydantic import ValidationError

from bloomweaver.errors import ConfigurationError
from bloomweaver.settings import settings
from cli import output
from cli.options import JsonOption


def create_index(as_json: JsonOption = False) -> None:
    """Create the vector index with its schema. One that is there already, and fits, is left as it is.

    The settings come from the environment, under the names that the template gives to the functions: VECTOR_STORE,
    VECTOR_INDEX_NAME, VECTOR_DIMENSION, and LANCEDB_URI or PINECONE_SECRET_ARN, PINECONE_HOST and PINECONE_NAMESPACE.

    Exits with 1 if a setting is missing, or an index of that name has another schema.
    """
    # Brings the clients of all the services with it.
    from wiring import dependencies

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
