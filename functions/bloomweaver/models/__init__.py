"""The data that crosses a boundary: each a Pydantic model, validated where it enters."""
