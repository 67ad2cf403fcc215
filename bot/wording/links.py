"""Why an image behind a link is not fetched: facts for the sentence about that image. No address is ever in them."""

from bot.wording.units import size

BAD_SCHEME = "its link must begin with http:// or https://"
BAD_SHAPE = "its link is not written as one: copy it from a browser's address line"
TOO_LONG = "its link is too long"
USER_INFO = "its link names a user before the host: leave that and the @ out"
BAD_HOST = "its link's host has letters other than a to z: write it in its xn-- form"
BAD_NUMBER = "its link's host is a number: write the address as four decimal numbers, or give a name"
BAD_PORT = "its link has a port that is not taken: 80, 443 and those from 1024 on are"
NOT_PUBLIC = "its link leads to an address that is not public, and that TWEENBOT_LINKS_ALLOW does not name"
UNKNOWN_HOST = "its link's host is not known"
BAD_CERTIFICATE = "its link's host has no certificate that holds for it"
UNREACHED = "its link's host does not answer"
TOO_SLOW = "its link takes too long"
NO_TURN = "so many links are being fetched that its turn has not come: send it again in a minute"
BROKE_OFF = "its link's answer is broken or breaks off"
ENCODED = "its link sends the file compressed, though it was asked not to"
TOO_MANY_HOPS = "its link leads on and on"
NO_WAY_ON = "its link leads to another that is not written as one"


def bad_status(status: int) -> str:
    """Say what the host has answered in the place of the file."""
    return f"its link answers {status}"


def too_heavy(limit: int) -> str:
    """Say how heavy it may be."""
    return f"more than {size(limit)}"
