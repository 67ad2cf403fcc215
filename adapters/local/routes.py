"""All routes of the local channel, each behind the guard."""

from aiohttp import web

from adapters.local.access import Access
from adapters.local.desk_api import DeskApi
from adapters.local.earlier import Earlier
from adapters.local.feed import Feed
from adapters.local.front import Front
from adapters.local.gallery_api import GalleryApi
from adapters.local.guard import Guard
from adapters.local.outlook_api import OutlookApi
from adapters.local.picture_api import PictureApi
from adapters.local.service import Service


def routes(service: Service, guard: Guard, access: Access | None) -> list[web.RouteDef]:
    """Return the routes; ``access`` is the guard's."""
    desk = DeskApi(service, Earlier(service.desk, service.folders, service.pictures))
    rooms = (desk, PictureApi(service), OutlookApi(service), GalleryApi(service))
    behind = [each for room in rooms for each in room.table()]
    # A HEAD of a stream would have no end.
    streams = [
        web.get(path, guard.guarded(handler), allow_head=False)
        for path, handler in (*desk.streams(), *Feed(service).streams())
    ]
    door = [
        web.route(method, path, guard.guarded(handler, is_door=True)) for method, path, handler in Front(access).table()
    ]
    return [*streams, *door, *(web.route(method, path, guard.guarded(handler)) for method, path, handler in behind)]
