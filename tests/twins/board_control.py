"""The board twin's side door: what a test in another process does there in the place of people."""

from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from tests.twins.board import Board


async def answer(board: "Board", request: web.Request) -> web.Response:
    """Do what a test asks for. No fault strikes here."""
    given: dict[str, Any] = await request.json() if request.can_read_body else {}
    match request.match_info["what"]:
        case "command":
            return web.json_response({"id": board.command(**given)})
        case "press":
            return web.json_response({"id": board.press(**given)})
        case "faults":
            board.faults.rate = given["rate"]
            return web.json_response({})
        case "messages":
            return web.json_response([each.described() for each in board.memory.messages.values()])
        case "report":
            return web.json_response(board.report())
        case what:
            return web.json_response({"message": f"no {what}"}, status=404)
