"""Drives the unchanged `fal_client` against an engine, in a process of its own.

`python drive_fal_client.py async|sync BASE_URL ACTION PROMPT START END OUTPUT` moves the library's four hosts, does
one thing and prints what it saw as a JSON object. A process of its own, for the library keeps clients and constants
for the life of one.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import fal_client
import fal_client.client
import httpx

MODEL = "fal-ai/wan-flf2v"
PART = 1000
OPTIONS: dict[str, dict[str, object]] = {"render": {"seed": 5}, "cancel": {}, "refuse": {"num_frames": 101}}


def move_hosts(base: str) -> None:
    """Point every host of the library at the engine."""
    for name, address in {
        "QUEUE_URL_FORMAT": f"{base}/",
        "RUN_URL_FORMAT": f"{base}/",
        "REST_URL": base,
        "CDN_URL": base,
    }.items():
        assert hasattr(fal_client.client, name)
        setattr(fal_client.client, name, address)


def told(error: fal_client.FalClientHTTPError) -> dict[str, Any]:
    """Return what an error of the library says."""
    return {"status": error.status_code, "detail": error.response.json()["detail"], "error_type": error.error_type}


def fetched(result: dict[str, Any], output: Path) -> dict[str, Any]:
    """Fetch the result's video."""
    output.write_bytes(httpx.get(result["video"]["url"]).raise_for_status().content)
    return result


def lines(status: fal_client.Status) -> list[str]:
    """Return the messages of a status's log."""
    logs = status.logs if isinstance(status, fal_client.InProgress | fal_client.Completed) else None
    return [line["message"] for line in logs or []]


def drive_sync(action: str, prompt: str, pictures: list[Path], output: Path) -> dict[str, Any]:
    """Do it with SyncClient."""
    client = fal_client.SyncClient()
    urls = [client.upload_file(picture) for picture in pictures]
    images = {"start_image_url": urls[0], "end_image_url": urls[1]}
    handle = client.submit(MODEL, {"prompt": prompt, **images, **OPTIONS[action]})
    seen, logs, asked = [], [], False
    for status in handle.iter_events(with_logs=True, interval=0.02):
        seen.append(type(status).__name__)
        logs = lines(status)
        if action == "cancel" and len(logs) == 3 and not asked:
            asked = True
            handle.cancel()
    try:
        return {"urls": urls, "seen": seen, "logs": logs, "result": fetched(handle.get(), output)}
    except fal_client.FalClientHTTPError as error:
        return told(error)


async def drive_async(action: str, prompt: str, pictures: list[Path], output: Path) -> dict[str, Any]:
    """Do it with AsyncClient."""
    client = fal_client.AsyncClient()
    urls = [await client.upload_file(picture) for picture in pictures]
    images = {"start_image_url": urls[0], "end_image_url": urls[1]}
    handle = await client.submit(MODEL, {"prompt": prompt, **images, **OPTIONS[action]})
    seen, logs, asked = [], [], False
    async for status in handle.iter_events(with_logs=True, interval=0.02):
        seen.append(type(status).__name__)
        logs = lines(status)
        if action == "cancel" and len(logs) == 3 and not asked:
            asked = True
            await handle.cancel()
    try:
        return {"urls": urls, "seen": seen, "logs": logs, "result": fetched(await handle.get(), output)}
    except fal_client.FalClientHTTPError as error:
        return told(error)


def parts_sync(picture: Path) -> str:
    """Upload a file in small parts with the class that SyncClient uses above 100 MB."""
    client = fal_client.SyncClient()
    url: str = fal_client.client.MultipartUpload.save_file(
        file_path=picture,
        client=client._get_cdn_client(),
        token_manager=client._token_manager,
        content_type="image/png",
        chunk_size=PART,
    )
    return url


async def parts_async(picture: Path) -> str:
    """Upload a file in small parts with the class that AsyncClient uses above 100 MB."""
    client = fal_client.AsyncClient()
    async with httpx.AsyncClient() as plain:
        url: str = await fal_client.client.AsyncMultipartUpload.save_file(
            file_path=picture,
            client=plain,
            token_manager=await client._token_manager,
            content_type="image/png",
            chunk_size=PART,
        )
    return url


def main() -> None:
    """Read the command line, drive, print."""
    way, base, action, prompt, start, end, output = sys.argv[1:]
    move_hosts(base)
    given = action, prompt, [Path(start), Path(end)], Path(output)
    answer: dict[str, Any]
    if action == "parts":
        answer = {"url": asyncio.run(parts_async(Path(start))) if way == "async" else parts_sync(Path(start))}
    else:
        answer = asyncio.run(drive_async(*given)) if way == "async" else drive_sync(*given)
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
