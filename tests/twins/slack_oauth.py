"""The Slack twin's OAuth v2: its page, the code it sends back, and the tokens for it (docs: installing with OAuth)."""

import base64
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin

import aiohttp
from aiohttp import web
from yarl import URL

from tests.twins.slack_app import APP_ID, CLIENT_ID, CLIENT_SECRET
from tests.twins.slack_errors import NotOffered, Refused
from tests.twins.slack_state import Json

if TYPE_CHECKING:
    from tests.twins.slack import SlackTwin
    from tests.twins.slack_people import User
    from tests.twins.slack_places import Installation

CODE_S = 600.0
"""A code lives ten minutes, and is used once."""
_WHO = "X-Twin-Person"


@dataclass
class Code:
    """A code on its way through the app. ``redirect_uri`` must be the same again."""

    user: "User"
    scopes: frozenset[str]
    redirect_uri: str | None
    everywhere: bool
    born: float
    used: bool = False


@dataclass(frozen=True)
class Visit:
    """Where a person's browser ended up: a page of the app's, or Slack's own where it would not go on."""

    status: int
    url: str
    text: str


def authorize(twin: "SlackTwin", request: web.Request) -> web.Response:
    """Slack's page that asks a person whether the app may come in."""
    if problem := _problem(twin, request.query):
        twin.violations.append(f"the authorize URL: {problem}")
        return web.Response(status=400, text=problem, content_type="text/html")
    link = html.escape(f"{twin.url}/oauth/v2/allow?{urlencode(dict(request.query))}")
    page = f'<h1>Tweenbot is requesting permission</h1><a id="allow" href="{link}">Allow</a>'
    return web.Response(text=page, content_type="text/html")


def allow(twin: "SlackTwin", request: web.Request) -> web.Response:
    """Send the person back to the app, with a code, or with access_denied."""
    asked = request.query
    target = asked.get("redirect_uri") or twin.redirect_url()
    back: dict[str, str] = {"state": asked["state"]} if "state" in asked else {}
    person, _, how = request.headers[_WHO].partition(" ")
    user = next(user for place in twin.workspaces for user in place.users if user.id == person)
    if how == "cancel":
        back["error"] = "access_denied"
    else:
        back["code"] = twin.new_id("code-")
        code = Code(user, _scopes(asked), asked.get("redirect_uri"), how == "everywhere", twin.clock.now())
        twin.codes[back["code"]] = code
    return web.Response(status=302, headers={"Location": f"{target}?{urlencode(back)}"})


async def access(twin: "SlackTwin", request: web.Request, arguments: Json) -> Json:
    """oauth.v2.access: a code for a token of a workspace, or of a whole organization."""
    scheme, _, basic = request.headers.get("Authorization", "").partition(" ")
    client, secret = arguments.get("client_id"), arguments.get("client_secret")
    if scheme == "Basic":
        client, _, secret = base64.b64decode(basic).decode().partition(":")
    if client != CLIENT_ID:
        raise Refused("invalid_client_id")
    if secret != CLIENT_SECRET:
        raise Refused("bad_client_secret")
    code = twin.codes.get(str(arguments.get("code")))
    if code is None or code.used or twin.clock.now() - code.born > CODE_S:
        raise Refused("code_already_used" if code and code.used else "invalid_code")
    if arguments.get("redirect_uri") != code.redirect_uri:
        raise Refused("bad_redirect_uri")
    code.used = True
    return _granted(twin.install(code.user, code.scopes, everywhere=code.everywhere), code.user)


async def visit(user: "User", url: str, *, everywhere: bool, allows: bool) -> Visit:
    """Follow the app's install link as a browser does: with its cookies, to Slack and back."""
    if everywhere and user.workspace.enterprise is None:
        raise NotOffered(f"{user.workspace.name} is in no organization")
    if not user.admin and everywhere:
        raise NotOffered(f"{user.name} is no admin of the organization")
    how = "cancel" if not allows else "everywhere" if everywhere else "here"
    jar = aiohttp.CookieJar(unsafe=True, treat_as_secure_origin=URL(url).origin())
    async with aiohttp.ClientSession(cookie_jar=jar, headers={_WHO: f"{user.id} {how}"}) as browser:
        page = await _get(browser, url)
        for path in ("/oauth/v2/authorize", "/oauth/v2/allow"):
            if path in page.url or page.status != 200:
                continue
            link = re.search(rf'href="([^"]*{path}[^"]*)"', page.text)
            if link is None:
                break
            page = await _get(browser, urljoin(page.url, html.unescape(link[1])))
        return page


async def _get(browser: aiohttp.ClientSession, url: str) -> Visit:
    async with browser.get(url) as answer:
        return Visit(answer.status, str(answer.url), await answer.text())


def _scopes(asked: Mapping[str, str]) -> frozenset[str]:
    return frozenset(scope for scope in re.split(r"[ ,]+", asked.get("scope", "")) if scope)


def _problem(twin: "SlackTwin", asked: Mapping[str, str]) -> str | None:
    if asked.get("client_id") != CLIENT_ID:
        return "Invalid client_id parameter"
    if not _scopes(asked):
        return "Invalid permissions requested: no scope"
    if unknown := _scopes(asked) - twin.app.scopes:
        return f"Invalid permissions requested: {sorted(unknown)}"
    target, known = asked.get("redirect_uri"), twin.app.redirect_urls
    if target and known and not target.startswith(known):
        return "redirect_uri did not match any configured URIs"
    return None


def _granted(installation: "Installation", user: "User") -> Json:
    home, enterprise = installation.home, installation.enterprise
    return {
        "ok": True,
        "access_token": installation.token,
        "token_type": "bot",
        "scope": ",".join(sorted(installation.scopes)),
        "bot_user_id": home.bot_user_id,
        "app_id": APP_ID,
        "team": None if installation.wide else {"id": home.id, "name": home.name},
        "enterprise": {"id": enterprise.id, "name": enterprise.name} if enterprise else None,
        "is_enterprise_install": installation.wide,
        "authed_user": {"id": user.id},
    }
