"""A conversation in which nothing was written is the buyer's alone; the first message brings it to the seller."""

from playwright.async_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.marketplace import Marketplace
from tests.e2e.visitor import NETWORK_FAILS


async def test_the_seller_gets_a_conversation_with_its_first_message_once_on_every_way(
    visit: Visit, marketplace: Marketplace
) -> None:
    """By a live socket, by REST where sockets are blocked, and by the resume after a cut."""
    ada, ben, cem = [await marketplace.person(name) for name in ("Ada", "Ben", "Cem")]
    lamp = await marketplace.item(ben)
    live, polling, cut = await visit(ben), await visit(own_network=True), await visit(ben, own_network=True)
    assert polling.network is not None
    polling.network.block_sockets()
    polling.tolerate(NETWORK_FAILS)
    await polling.log_in(ben)
    sellers = (live, polling, cut)
    buyer = await visit(ada, path="/")

    await buyer.contact_seller(lamp)
    await expect(buyer.row(ben)).to_contain_text("No messages yet")
    await marketplace.conversation(cem, ben)
    await marketplace.say(cem, await marketplace.contact_seller(cem, lamp), "comes after the empty ones")
    for seller in sellers:
        await expect(seller.row(cem)).to_contain_text("comes after the empty ones")
        await expect(seller.list.get_by_role("link")).to_have_count(1)

    await cut.lose_network()
    await buyer.write("Is it still available?")
    await buyer.expect_status("Is it still available?", "sent")
    await cut.regain_network()
    for seller in sellers:
        await expect(seller.row(ada)).to_contain_text("Is it still available?")
        await expect(seller.row(ada)).to_contain_text("1 unread")
        await expect(seller.list.get_by_role("link")).to_have_count(2)
