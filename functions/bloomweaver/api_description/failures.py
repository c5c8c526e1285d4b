"""The routes about dead letters and what hangs."""

from http import HTTPStatus

from bloomweaver.api_description.description import Body, Described, RouteDescription, Success, Tag
from bloomweaver.errors import InapplicableFilter, UnknownQueue, UnknownRedrive
from bloomweaver.models.dead_letter import DeadLetterQueue
from bloomweaver.recovery.answers import DeadLetters, FollowedRedrive, SweepCounts
from bloomweaver.recovery.dead_letters import DeadLettersRequest
from bloomweaver.recovery.redrive import Redriven, RedriveRequest

_BRANCH = Described(
    {"type": "string", "enum": [queue.value for queue in DeadLetterQueue]},
    "Which queue: `pinecone` and `s3` are of branches that failed, the others of messages that started no run.",
)

DESCRIPTIONS = (
    RouteDescription(
        ("GET", "/dead-letters"),
        "listDeadLetters",
        Tag.FAILURES,
        "See what could not be done",
        {HTTPStatus.OK: Success("What lies in the dead letter queues.", DeadLetters)},
        says="Looking leaves a message where it is, and hides it from others for a moment.",
        query=DeadLettersRequest,
    ),
    RouteDescription(
        ("POST", "/dead-letters/{branch}/redrive"),
        "redrive",
        Tag.FAILURES,
        "Do again what could not be done",
        {
            HTTPStatus.ACCEPTED: Success("Letters are on their way.", Redriven),
            HTTPStatus.OK: Success("There was nothing to redrive.", Redriven),
        },
        says="What is given together chooses the letters; without a body it is all of the queue.",
        path={"branch": _BRANCH},
        body=Body(RedriveRequest, optional=True),
        raises=(UnknownQueue, InapplicableFilter),
    ),
    RouteDescription(
        ("GET", "/redrives/{name}"),
        "getRedrive",
        Tag.FAILURES,
        "See how a redrive went",
        {HTTPStatus.OK: Success("How far it is.", FollowedRedrive)},
        path={
            "name": Described(
                {"type": "string", "minLength": 1, "maxLength": 80},
                "One of `executions` in the answer of the redrive.",
            )
        },
        raises=(UnknownRedrive,),
    ),
    RouteDescription(
        ("POST", "/sweep"),
        "sweep",
        Tag.FAILURES,
        "Start anew what hangs, now",
        {HTTPStatus.OK: Success("How many records were looked at, by what became of them.", SweepCounts)},
        says="It takes 20 seconds at most. A schedule does the same every few minutes.",
    ),
)
