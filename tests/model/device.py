"""One device of a person, with a client that does what docs/delivery-contract.md asks of a good client."""

from dataclasses import dataclass
from typing import Any

import orjson

from marketplace_messaging import sync_token
from services.delivery.sockets.connection import Connection
from tests.kit.client_state import LOG_FRAMES, ClientState
from tests.kit.life import Json
from tests.kit.reference import Reference
from tests.model.contract import Contract, Sent, SocketStream
from tests.model.replica import Replica
from tests.model.wire import Frame, Wire

CONFUSED = "confused"


@dataclass
class Socket:
    """Both ends of one connection."""

    replica: Replica
    connection: Connection
    wire: Wire
    stream: SocketStream
    welcome: Json | None = None


class Device:
    """Keeps a message until its ack, resumes after a cut, merges by seq."""

    def __init__(self, user: str, reference: Reference, contract: Contract) -> None:
        self.user = user
        self._reference = reference
        self._contract = contract
        self.socket: Socket | None = None
        self.token: str | None = None
        self.up_to_date = False
        """Nothing before `token` is missing; False while a resume is pending."""
        self.view = ClientState()
        self.outbox: dict[str, Sent] = {}
        """What is not acknowledged yet, by clientMessageId."""

    # ------------------------------------------------------------ the socket's life

    def connect(self, replica: Replica) -> None:
        if self.socket is None:
            wire = Wire()
            connection = replica.open(self.user, wire)
            if connection is not None:
                stream = self._contract.stream(self.user, connection.positions)
                self.socket = Socket(replica, connection, wire, stream)

    def cut(self) -> None:
        """The connection breaks; what was under way, in either direction, is gone."""
        if self.socket is not None:
            self.socket.wire.abort()
            self._disconnected()

    def server_reads(self, most: int | None = None) -> None:
        """The server reads some frames, and its loop's turn ends."""
        socket = self.socket
        while socket is not None and socket.wire.to_server and most != 0:
            socket.connection.receive_text(socket.wire.to_server.popleft())
            most = None if most is None else most - 1

    def reads(self, most: int | None = None) -> None:
        """The client reads some frames."""
        while self.socket is not None and most != 0:
            if self.socket.wire.cut:
                self._disconnected()
            elif not self.socket.wire.to_client:
                return
            else:
                self._on_frame(self.socket.wire.to_client.popleft(), self.socket)
            most = None if most is None else most - 1

    def _disconnected(self) -> None:
        assert self.socket is not None
        self.socket.connection.ended()
        self.socket = None
        self.up_to_date = False

    # ------------------------------------------------------------ what the person does

    def say(self, kind: str, **fields: Any) -> None:
        """A frame that is lost when there is no connection."""
        if self.socket is not None:
            self.socket.wire.to_server.append(orjson.dumps({"type": kind, **fields}).decode())

    def send(self, conversation: str, key: str, text: str, *, reply_to: int | None = None) -> None:
        self.outbox[key] = Sent(conversation, text, reply_to)
        self.send_again(key)

    def send_again(self, key: str) -> None:
        self._send(key, self.outbox[key])

    def confuse(self, key: str) -> None:
        """Another message with a key that is taken; its answer is of no use to anybody."""
        sent = self.outbox[key]
        self._send(key, sent._replace(text=sent.text + "?"), ref=CONFUSED)

    def _send(self, key: str, sent: Sent, **fields: Any) -> None:
        if sent.reply_to is not None:
            fields["replyTo"] = sent.reply_to
        self.say("send_message", conversationId=sent.conversation, message=sent.text, clientMessageId=key, **fields)

    # ------------------------------------------------------------ frames

    def _on_frame(self, frame: Frame, socket: Socket) -> None:
        document = frame.document
        if document is None:
            if frame.close_code is not None:
                self._disconnected()
            return
        self._contract.frame_allowed(self.user, socket.stream, document)
        handle = getattr(self, f"_on_{document['type']}", None)
        if handle is not None:
            handle(document, socket)
        elif document["type"] in LOG_FRAMES and "token" in document:  # an answer without one may be ahead of the log
            self._logged(document, socket)
        if self.up_to_date and self.token is not None:
            self._contract.nothing_missing(self.user, self.token, self.view)

    def _on_welcome(self, frame: Json, socket: Socket) -> None:
        socket.welcome = frame
        if self.token is None:
            self._fetch_everything(frame["token"])
        else:
            self.say("resume", token=self.token, ref="resume")

    def _on_resumed(self, frame: Json, socket: Socket) -> None:
        assert self.token is not None
        self._contract.resumed(self.user, self.token, socket.stream, frame)
        for conversation in frame["conversations"]:
            self._take_in(conversation)
        self.token, self.up_to_date = frame["token"], True

    def _on_message_sent(self, frame: Json, _: Socket) -> None:
        sent = None if frame.get("ref") == CONFUSED else self.outbox.pop(frame["clientMessageId"], None)
        if sent is not None:
            self._contract.acknowledged(self.user, sent, frame)

    def _on_error(self, frame: Json, socket: Socket) -> None:
        if frame["code"] == "resync_required":
            assert socket.welcome is not None
            self._fetch_everything(socket.welcome["token"])
        elif frame.get("ref") == "resume":
            self.say("resume", token=self.token, ref="resume")
        elif not frame["retryable"] and frame.get("ref") != CONFUSED:
            self.outbox.pop(frame.get("clientMessageId", ""), None)

    def _logged(self, frame: Json, socket: Socket) -> None:
        """A frame of the log: the live stream of this socket."""
        self._contract.next_in_stream(socket.stream, frame)
        self.view.apply(frame)
        if self.up_to_date:  # before that, the resume must begin at the older token, were the socket lost now
            assert self.token is not None
            self.token = sync_token.updated(self.token, frame["token"])

    # ------------------------------------------------------------ catching up

    def _take_in(self, changed: Json) -> None:
        conversation = changed["conversationId"]
        if changed["changed"]:
            self._fetch_facts(conversation)
        if changed["limited"] or changed.get("changedLimited"):
            self._fetch_history(conversation)
        self.view.take_in(self.user, changed)

    def _fetch_everything(self, token: str) -> None:
        """By REST, as at the very first start."""
        self.view = ClientState()
        for conversation in self._reference.listed(self.user):
            self._fetch_facts(conversation)
            self._fetch_history(conversation)
            self.view.take_marks(self.user, conversation, self._reference.now.marks(self.user, conversation))
        self.token, self.up_to_date = token, True

    def _fetch_facts(self, conversation: str) -> None:
        """With what this person set for themselves."""
        if (facts := self._reference.now.facts.get(conversation)) is not None:
            self.view.learn(facts)
        self.view.take_view(conversation, self._reference.view(conversation, self.user))

    def _fetch_history(self, conversation: str) -> None:
        self.view.messages[conversation].update(self._reference.now.messages[conversation])
