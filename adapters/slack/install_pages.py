"""The pages around an installation: plain, without style, script or picture, and with nothing of anybody else's."""

from html import escape

from bot.wording import slack as words

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{text}</p>{link}
</main>
</body>
</html>
"""


def begin(authorize_url: str) -> str:
    """Return the page that leads to Slack's own, which asks for consent."""
    return _page(words.INSTALL_TITLE, words.INSTALL, (authorize_url, words.INSTALL_LINK))


def done(name: str | None) -> str:
    """Return the page for an installation that is there; ``name`` is the workspace's, or the organization's."""
    return _page(words.INSTALLED_TITLE, words.installed(name))


def failed(reason: str, install_path: str) -> str:
    """Return the page for one that came to nothing; what Slack or a stranger says in the address is not repeated."""
    told = words.NOT_INSTALLED_WHY.get(reason, words.NOT_INSTALLED_ANYHOW)
    return _page(words.NOT_INSTALLED_TITLE, told, (install_path, words.INSTALL_AGAIN))


def _page(title: str, text: str, link: tuple[str, str] | None = None) -> str:
    shown = "" if link is None else f'\n<p><a href="{escape(link[0])}">{escape(link[1])}</a></p>'
    return _PAGE.format(title=escape(title), text=escape(text), link=shown)
