"""A page makes each of its requests once."""

from collections import Counter
from urllib.parse import urlsplit

from playwright.async_api import Page, Request, expect

from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace

_LIST = "GET /api/conversations"


class Requests:
    """Those of a tab to the API since `forget`."""

    def __init__(self, page: Page) -> None:
        self._seen: list[Request] = []
        page.on("request", self._note)

    def forget(self) -> None:
        """Count from now on."""
        self._seen.clear()

    def counted(self) -> Counter[str]:
        """How often each was made."""
        return Counter(f"{request.method} {urlsplit(request.url).path}" for request in self._seen)

    def _note(self, request: Request) -> None:
        if urlsplit(request.url).path.startswith("/api/"):
            self._seen.append(request)


async def test_every_page_makes_each_request_once(visit: Visit, marketplace: Marketplace) -> None:
    """On a load, after a log-in, and in a second tab; what was said in between is there all the same."""
    ada, ben = await marketplace.person("Ada"), await marketplace.person("Ben")
    item = await marketplace.item(ben)
    conversation = await marketplace.contact_seller(ada, item)
    await marketplace.say(ben, conversation, "first")
    buyer = await visit()
    requests = Requests(buyer.page)
    navigation, unread = buyer.page.get_by_role("navigation", name="Main"), 2
    one_conversation = f"/api/conversations/{conversation}"
    pages = {
        "/messages": Counter({_LIST: 1}),
        "/": Counter({_LIST: 1, "GET /api/items": 1}),
        f"/items/{item.id}": Counter({_LIST: 1, f"GET /api/items/{item.id}": 1}),
        f"/messages/{conversation}": Counter({_LIST: 1, f"GET {one_conversation}/messages": 1}),
    }

    await buyer.log_in(ada)
    await buyer.expect_connected()
    await marketplace.say(ben, conversation, "said after the log-in")
    await expect(buyer.row(ben)).to_contain_text("said after the log-in")
    assert requests.counted()[_LIST] == 1
    for path, expected in pages.items():
        requests.forget()
        await buyer.page.goto(path)
        await buyer.expect_connected()
        text = f"said on {path}"
        await marketplace.say(ben, conversation, text)  # comes by the socket, behind whatever a resume brings
        if path.endswith(conversation):
            await expect(buyer.bubble(text)).to_be_visible()
        else:
            unread += 1
            await expect(navigation).to_contain_text(f"{unread} unread")
        assert requests.counted() == expected, path

    second = await buyer.context.new_page()
    requests_of_second = Requests(second)
    await second.goto("/messages")
    await expect(second.get_by_title("Connected", exact=True)).to_be_attached()
    await marketplace.say(ben, conversation, "to both tabs")
    await expect(second.get_by_text("to both tabs")).to_be_visible()
    assert requests_of_second.counted() == pages["/messages"]
