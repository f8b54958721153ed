"""Which pages of other origins may ask, and read the answers."""

from tests.unit.chassis.http.notes import ORIGIN, Client


async def test_a_preflight_of_an_allowed_page_is_answered(client: Client) -> None:
    headers = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    response = await client.options("/api/notes", headers=headers)
    assert response.status == 204
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in response.headers["Access-Control-Allow-Headers"]
    assert response.headers["Vary"] == "Origin"


async def test_answers_and_problems_can_be_read_by_allowed_pages_only(client: Client) -> None:
    for path in ("/api/notes", "/api/vanish", "/api/crash"):
        allowed = await client.get(path, headers={"Origin": ORIGIN})
        assert allowed.headers["Access-Control-Allow-Origin"] == ORIGIN
        other = await client.get(path, headers={"Origin": "https://evil.example"})
        assert "Access-Control-Allow-Origin" not in other.headers
        assert other.headers["Vary"] == "Origin"


async def test_only_api_is_open_to_other_origins(client: Client) -> None:
    response = await client.get("/healthz", headers={"Origin": ORIGIN})
    assert "Access-Control-Allow-Origin" not in response.headers
