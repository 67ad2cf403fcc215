"""What was made, and what it was made of, over HTTP: videos in ranges, and pictures."""

import asyncio

from aiohttp import hdrs, web

from adapters.local import replies
from adapters.local.folders import Picture
from adapters.local.guard import Handler
from adapters.local.pictures import media_type
from adapters.local.service import Service
from bot.wording import local as words

PICTURES: tuple[Picture, ...] = ("start", "end", "last", "poster")


class PictureApi:
    """The routes to a job's files."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def table(self) -> list[tuple[str, str, Handler]]:
        """Return method, path and handler of each route."""
        pictures = [(hdrs.METH_GET, f"/v1/tweens/{{id}}/{name}", self._of(name)) for name in PICTURES]
        return [(hdrs.METH_GET, "/v1/tweens/{id}/video", self._video), *pictures]

    async def _video(self, request: web.Request) -> web.StreamResponse:
        job = await self._service.asked_for(request)
        if not (await self._service.kept(job)).video:
            raise replies.Refusal(404, "no_video", words.NO_VIDEO)
        name = f"tween-{job.id.removeprefix('local-')[:8]}.mp4"
        headers = {"Content-Type": "video/mp4", "Content-Disposition": f'inline; filename="{name}"'}
        return web.FileResponse(self._service.folders.video(job.id), headers=headers)

    def _of(self, name: Picture) -> Handler:
        async def picture(request: web.Request) -> web.StreamResponse:
            job = await self._service.asked_for(request)
            path = await self._service.pictures.find(job, name)
            try:
                kind = None if path is None else await asyncio.to_thread(media_type, path)
            except FileNotFoundError:  # deleted this very moment
                kind = None
            if path is None or kind is None:
                raise replies.Refusal(404, "no_picture", words.NO_PICTURE)
            return web.FileResponse(path, headers={"Content-Type": kind})

        return picture
