"""Documents that a run through many of them leaves as they are."""

from pydantic import BaseModel, ConfigDict

EXAMPLES = 20


class LeftDocuments(BaseModel):
    """How many documents are left as they are for one reason, and the first ones."""

    model_config = ConfigDict(frozen=True)

    count: int = 0
    examples: list[str] = []

    def and_one(self, doc_hash: str) -> "LeftDocuments":
        """With another one."""
        examples = [*self.examples, doc_hash] if len(self.examples) < EXAMPLES else self.examples
        return LeftDocuments(count=self.count + 1, examples=examples)
