"""The dashboard on one machine: built once from `frontend/`, and served on loopback beside the API and the issuer."""
