"""The names of the functions' own metrics that figures alone are made of. What prints them and what reads them has them
here. Others, which alarms look at too, are named where they are printed.

Each costs by the month, for the hours in which it is sent.
"""

NAMESPACE = "Bloomweaver"
SERVICE = "service"
"""The dimension of each of them: the stack's name."""
ROUTE_GROUP = "RouteGroup"
"""The dimension of those of requests, beside it: a `RouteGroup`."""

REQUEST_DURATION = "RequestDuration"
"""How long a function took for an answer to a request, in milliseconds. There are as many as requests."""
REQUESTS_REFUSED = "RequestsRefused"
"""Requests that were answered with 4xx."""
REQUESTS_FAILED = "RequestsFailed"
"""Requests that were answered with 5xx."""

DOCUMENTS_EDITED = "DocumentsEdited"
DOCUMENTS_DELETED = "DocumentsDeleted"
TOKENS_EMBEDDED = "TokensEmbedded"
ANSWER_TOKENS_READ = "AnswerTokensRead"
"""Tokens that a model read for an answer. There are as many values as answers; one without a model is 0."""
ANSWER_TOKENS_WRITTEN = "AnswerTokensWritten"
SEARCHES_FROM_CACHE = "SearchesFromCache"
"""Searches whose candidates were kept from another."""
