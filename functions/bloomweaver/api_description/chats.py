"""The routes of chats."""

from http import HTTPStatus

from bloomweaver.api_description.description import Body, Described, RouteDescription, Success, Tag
from bloomweaver.chats.answers import (
    ChatDeleted,
    ChatList,
    ChatStarted,
    MessageAccepted,
    MessageList,
    ShownChat,
    ShownMessage,
    ShownPrompt,
)
from bloomweaver.chats.requests import (
    ChatPatch,
    ChatsRequest,
    MessagesRequest,
    NewChat,
    NewFeedback,
    NewMessage,
    NoFields,
)
from bloomweaver.errors import (
    AnswerRunning,
    AnswerWithheld,
    InvalidCursor,
    LimitReached,
    NotRunning,
    UnknownChat,
    UnknownMessage,
    VectorIndexRejected,
)

_CHAT = {"id": Described({"type": "string", "pattern": "^[0-9a-f]{32}$"}, "The chat's `chat_id`.")}
_MESSAGE = {
    **_CHAT,
    "message_id": Described({"type": "string", "pattern": "^[0-9]{6}$"}, "The message's `message_id`."),
}
_READ_RAISES = (UnknownChat, UnknownMessage, VectorIndexRejected)

DESCRIPTIONS = (
    RouteDescription(
        ("POST", "/chats"),
        "openChat",
        Tag.CHATS,
        "Begin a chat",
        {HTTPStatus.CREATED: Success("It is there.", ChatStarted)},
        says="""
            A chat belongs to the subject of the token. To every other token, of an admin too, it does not exist.
            """,
        body=Body(NewChat, examples={"in a folder": {"folder": "/guides"}}),
    ),
    RouteDescription(
        ("GET", "/chats"),
        "listChats",
        Tag.CHATS,
        "List one's own chats",
        {HTTPStatus.OK: Success("Some chats, the one that was active last first.", ChatList)},
        says="""
            A chat is listed a moment after it was made. With `title` a page looks at 500 chats at most, so it may have
            fewer than asked for, or none, and the list goes on as long as there is a cursor.
            """,
        query=ChatsRequest,
        raises=(InvalidCursor,),
    ),
    RouteDescription(
        ("GET", "/chats/{id}"),
        "getChat",
        Tag.CHATS,
        "See a chat",
        {HTTPStatus.OK: Success("The chat.", ShownChat)},
        path=_CHAT,
        raises=(UnknownChat,),
    ),
    RouteDescription(
        ("PATCH", "/chats/{id}"),
        "changeChat",
        Tag.CHATS,
        "Rename a chat, or change where its answers are looked for",
        {HTTPStatus.OK: Success("The chat as it is now.", ShownChat)},
        says="Questions that are asked later are looked for there; answers that are there stay.",
        path=_CHAT,
        body=Body(ChatPatch, examples={"rename": {"title": "Tides"}, "everywhere": {"folder": None}}),
        raises=(UnknownChat,),
    ),
    RouteDescription(
        ("DELETE", "/chats/{id}"),
        "deleteChat",
        Tag.CHATS,
        "Delete a chat with its questions and answers",
        {HTTPStatus.OK: Success("It is gone.", ChatDeleted)},
        path=_CHAT,
        raises=(UnknownChat,),
    ),
    RouteDescription(
        ("POST", "/chats/{id}/messages"),
        "ask",
        Tag.CHATS,
        "Ask a question",
        {
            HTTPStatus.ACCEPTED: Success(
                "It is being answered: read the message until it is no longer `running`.", MessageAccepted
            )
        },
        says="One question of a chat is answered at a time. Sent twice, it is asked twice.",
        path=_CHAT,
        body=Body(NewMessage, examples={"ask": {"question": "Where are the tide tables?"}}),
        raises=(UnknownChat, AnswerRunning, LimitReached),
    ),
    RouteDescription(
        ("GET", "/chats/{id}/messages"),
        "listMessages",
        Tag.CHATS,
        "Read a chat",
        {HTTPStatus.OK: Success("Some messages, in the order in which they were asked.", MessageList)},
        says="Each is checked as it is read, see `getMessage`.",
        path=_CHAT,
        query=MessagesRequest,
        raises=(UnknownChat, VectorIndexRejected),
    ),
    RouteDescription(
        ("GET", "/chats/{id}/messages/{message_id}"),
        "getMessage",
        Tag.CHATS,
        "Read a question with its answer",
        {HTTPStatus.OK: Success("The message as it may be shown now.", ShownMessage)},
        says="""
            While it is `running` the text is what there is so far, written about once a second. Each citation is
            checked: its quote is there while its version is served. An answer that rests on a document which was
            deleted is `withheld` from the deletion on.
            """,
        path=_MESSAGE,
        raises=_READ_RAISES,
    ),
    RouteDescription(
        ("GET", "/chats/{id}/messages/{message_id}/prompt"),
        "getPrompt",
        Tag.CHATS,
        "See what an answer was made from",
        {HTTPStatus.OK: Success("The prompt, as far as it is served now.", ShownPrompt)},
        says="""
            The whole prompt that the model was given, put together anew from what is served now, with the instructions
            of today. `messages` is empty where no prompt was written, as by `extractive`; `passages` are there all the
            same. What is served no more is `superseded`: `[…]` stands in its place.
            """,
        path=_MESSAGE,
        raises=(*_READ_RAISES, AnswerWithheld),
    ),
    RouteDescription(
        ("POST", "/chats/{id}/messages/{message_id}/stop"),
        "stopAnswer",
        Tag.CHATS,
        "Stop an answer",
        {HTTPStatus.OK: Success("It is stopped; what was written is kept, and `incomplete`.", ShownMessage)},
        path=_MESSAGE,
        body=Body(NoFields, optional=True),
        raises=(*_READ_RAISES, NotRunning),
    ),
    RouteDescription(
        ("POST", "/chats/{id}/messages/{message_id}/again"),
        "answerAgain",
        Tag.CHATS,
        "Have a question answered anew",
        {HTTPStatus.ACCEPTED: Success("It is being answered; the answer before is gone.", MessageAccepted)},
        path=_MESSAGE,
        body=Body(NoFields, optional=True),
        raises=(UnknownChat, UnknownMessage, AnswerRunning, LimitReached),
    ),
    RouteDescription(
        ("POST", "/chats/{id}/messages/{message_id}/feedback"),
        "rateAnswer",
        Tag.CHATS,
        "Say what an answer was worth",
        {HTTPStatus.OK: Success("It is noted, in the place of what was said before.", ShownMessage)},
        path=_MESSAGE,
        body=Body(NewFeedback, examples={"good": {"rating": "up"}}),
        raises=_READ_RAISES,
    ),
)
