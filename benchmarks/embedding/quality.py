"""How near vectors are to those of the reference: cosine, and whether a search would find the same."""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
NEIGHBOURS = 10


@dataclass(frozen=True)
class Quality:
    """Of the same texts, in the same order, against the reference's vectors."""

    cosine_worst: float
    cosine_mean: float
    overlap_mean: float
    """The part of a text's ten nearest others that the reference has among its ten."""
    overlap_worst: float

    def as_json(self) -> dict[str, float]:
        """For the results."""
        return {name: round(value, 6) for name, value in asdict(self).items()}


def quality(vectors: Matrix, reference: Matrix) -> Quality:
    """Compares vectors, (texts, dimension), row by row. Raises `ValueError` if the two differ in shape."""
    if vectors.shape != reference.shape:
        raise ValueError(f"vectors of shape {vectors.shape} cannot be compared with {reference.shape}")
    ours, theirs = _unit(vectors), _unit(reference)
    cosines = np.sum(ours * theirs, axis=1)
    near, reference_near = _neighbours(ours), _neighbours(theirs)
    overlaps = [len(set(a) & set(b)) / len(b) for a, b in zip(near.tolist(), reference_near.tolist(), strict=True)]
    return Quality(float(cosines.min()), float(cosines.mean()), float(np.mean(overlaps)), min(overlaps))


def _unit(vectors: Matrix) -> NDArray[np.float64]:
    # In float64, or the sum's own rounding would show in the seventh digit.
    wide = vectors.astype(np.float64)
    unit: NDArray[np.float64] = wide / np.linalg.norm(wide, axis=1, keepdims=True)
    return unit


def _neighbours(unit: NDArray[np.float64]) -> NDArray[np.intp]:
    scores = unit @ unit.T
    np.fill_diagonal(scores, -np.inf)
    return np.argsort(-scores, axis=1)[:, : min(NEIGHBOURS, len(unit) - 1)]
