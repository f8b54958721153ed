"""`make chat AS=<person> ITEM=<item>`: talk as one person by hand; every line typed is sent.

`/edit <text>` changes the text of my last message, `/delete` deletes it for both people, `/reply <seq> <text>` answers
the message with that number, and `/react <seq> <emoji>` reacts to it; without an emoji, the reaction is removed.
`/mute` and `/unmute` say whether this conversation notifies me.
"""

import argparse
import asyncio
import re
import sys
from typing import Any

from rich.console import Console
from rich.markup import escape

from contracts.generated.limits import SYSTEM_SENDER_ID
from contracts.generated.models import Conversation, JoinConversation, MarkRead
from deploy.demo.address import base_url
from deploy.demo.client import demo_people, items_on_offer, log_in
from marketplace_messaging.client import LiveSocket, MessagingClient, RequestRefused

HISTORY_SHOWN = 20  # messages
EDIT = "/edit "
DELETE = "/delete"
REPLY = re.compile(r"/reply (\d+) (.+)")
REACT = "/react "
MUTE = {"/mute": True, "/unmute": False}


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--as", dest="user", default="", help="the person to talk as")
    parser.add_argument("--item", default="", help="the item to talk about (as its buyer)")
    parser.add_argument("--conversation", default="", help="or the conversation to go on with")
    arguments = parser.parse_args()
    address, console = base_url(), Console(highlight=False)
    if not arguments.user or not (arguments.item or arguments.conversation):
        await _show_choices(address, console)
        return
    async with log_in(address, arguments.user) as client:
        conversation = await _open(client, arguments.item, arguments.conversation)
        async with client.connect() as socket:
            await _talk(client, socket, conversation, console)


async def _show_choices(address: str, console: Console) -> None:
    console.print("Say who you are and what you talk about: [b]make chat AS=<person> ITEM=<item>[/]\n")
    for person in await demo_people(address):
        console.print(f"  AS={person.id:<12} {escape(person.name)}")
    for view in await items_on_offer(address):
        console.print(f"  ITEM={view.item.id:<20} {escape(view.item.title)}, sold by {escape(view.seller.id)}")


async def _open(client: MessagingClient, item: str, conversation: str) -> Conversation:
    return await (client.conversation(conversation) if conversation else client.start_conversation(item))


async def _talk(client: MessagingClient, socket: LiveSocket, conversation: Conversation, console: Console) -> None:
    other = conversation.counterpart.name
    console.print(f"[b]{escape(conversation.item.title)}[/] with {escape(other)}. Empty line or Ctrl-D ends.")
    console.print(f"[dim]{EDIT}<text> changes your last message, {DELETE} deletes it.[/]")
    console.print(f"[dim]/reply <seq> <text> answers a message, {REACT}<seq> <emoji> reacts to it.[/]")
    console.print(f"[dim]{' and '.join(MUTE)} say whether the conversation notifies you.[/]")
    console.print(
        f"[dim]The other side: make chat AS={conversation.counterpart.id} CONVERSATION={conversation.id}[/]\n"
    )
    await socket.ask(JoinConversation(conversation_id=conversation.id))
    page = await client.history(str(conversation.id), after=max(0, conversation.last_seq - HISTORY_SHOWN))
    for message in page.messages:
        _show(console, client, other, message)
    listener = asyncio.create_task(_listen(client, socket, conversation, console))
    try:
        while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
            if line == DELETE or line.startswith(EDIT):
                await _change(client, socket, conversation, line, console)
            elif line in MUTE:
                await _mute(socket, conversation, console, muted=MUTE[line])
            elif line.startswith(REACT):
                await _react(socket, conversation, line.removeprefix(REACT).split(), console)
            else:
                await _send(socket, conversation, line, console)
    finally:
        listener.cancel()
        await asyncio.gather(listener, return_exceptions=True)


async def _send(socket: LiveSocket, conversation: Conversation, line: str, console: Console) -> None:
    reply = REPLY.fullmatch(line)
    text, reply_to = (line, None) if reply is None else (reply[2], int(reply[1]))
    try:
        sent = await socket.send(conversation.id, text, reply_to=reply_to)
    except RequestRefused as refused:
        console.print(f"[red]not sent: {escape(str(refused))}[/]")
    else:
        console.print(f"[dim]  ✓ seq {sent.seq}[/]")


async def _change(
    client: MessagingClient, socket: LiveSocket, conversation: Conversation, line: str, console: Console
) -> None:
    """Of my last message that is not deleted."""
    newest = (await client.conversation(conversation.id)).last_seq
    page = await client.history(conversation.id, after=max(0, newest - HISTORY_SHOWN))
    mine = [message for message in page.messages if message.sender_id == client.user.id and not message.deleted]
    if not mine:
        console.print("[red]nothing of yours to change[/]")
        return
    try:
        if line == DELETE:
            changed = await socket.delete(conversation.id, mine[-1].seq)
        else:
            changed = await socket.edit(conversation.id, mine[-1], line.removeprefix(EDIT))
    except RequestRefused as refused:
        console.print(f"[red]not changed: {escape(str(refused))}[/]")
    else:
        console.print(f"[dim]  ✎ seq {changed.seq}, version {changed.version}[/]")


async def _react(socket: LiveSocket, conversation: Conversation, words: list[str], console: Console) -> None:
    try:
        seq, *emoji = words
        reacted = await socket.react(conversation.id, int(seq), emoji[0] if emoji else None)
    except (RequestRefused, ValueError) as refused:
        reason = refused if isinstance(refused, RequestRefused) else f"{REACT}<seq> <emoji>"
        console.print(f"[red]not reacted: {escape(str(reason))}[/]")
    else:
        console.print(f"[dim]  ☺ seq {reacted.seq}, version {reacted.version}[/]")


async def _mute(socket: LiveSocket, conversation: Conversation, console: Console, *, muted: bool) -> None:
    try:
        view = await socket.mute(conversation.id, muted=muted)
    except RequestRefused as refused:
        console.print(f"[red]not changed: {escape(str(refused))}[/]")
    else:
        console.print(f"[dim]  {'muted' if view.muted else 'not muted'}[/]")


async def _listen(client: MessagingClient, socket: LiveSocket, conversation: Conversation, console: Console) -> None:
    while True:
        frame = await socket.events.get()
        if getattr(frame, "conversation_id", None) != conversation.id:
            continue
        if frame.type == "new_message" and frame.message.sender_id != client.user.id:
            _show(console, client, conversation.counterpart.name, frame.message)
            await socket.tell(MarkRead(conversation_id=conversation.id, seq=frame.message.seq))
        elif frame.type == "message_changed":
            console.print(f"[dim]seq {frame.message.seq} is now:[/]")
            _show(console, client, conversation.counterpart.name, frame.message)
        elif frame.type == "typing" and frame.is_typing:
            console.print(f"[dim]{escape(conversation.counterpart.name)} is typing …[/]")
        elif frame.type == "read" and frame.user_id != client.user.id:
            console.print(f"[dim]  ✓✓ read up to {frame.last_read_seq}[/]")


def _show(console: Console, client: MessagingClient, other: str, message: Any) -> None:
    known = {client.user.id: ("you", "cyan"), SYSTEM_SENDER_ID: ("marketplace", "yellow")}
    name, style = known.get(message.sender_id, (other, "magenta"))
    reply = "" if message.reply_to is None else f" ↩ {message.reply_to}"
    reactions = "".join(f" {reaction.emoji}" for reaction in message.reactions or ())
    console.print(f"[{style}]{escape(name)}[/] [dim]{message.seq}{reply}[/] {escape(message.content)}{reactions}")


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except (RequestRefused, OSError, TimeoutError) as error:
        sys.exit(f"The chat stopped: {error or type(error).__name__}")
    except KeyboardInterrupt:
        sys.exit(0)
