"""What the core needs from outside. Each docstring is the contract its adapters keep.

All coroutines may be cancelled at any await; what a cancelled call may leave behind is said where it matters. Failures
come as the errors of ``bot.domain.errors`` and nothing else.
"""

from bot.ports.carrying import PARKED, Claim, Hold, Ring, Superseded
from bot.ports.keeping import Inbox, Revise, Servers, Vault
from bot.ports.links import Endpoints, Links, Reply, Unreached
from bot.ports.media import Animations, ContactSheets, Copy, Fitter, Frames, LastFrames, Posters, Previews, Videos
from bot.ports.media_store import Kept, MediaIndex, MediaStore, Shelved
from bot.ports.moderation import MODERATION, OPERATOR, AuditLog, Deed, Moderator, pseudonym
from bot.ports.platform import Attachments, Channel, NotTaken, Parcel, Platform, StagedFiles
from bot.ports.provider import CancelAnswer, Provider
from bot.ports.store import Entry, JobStore, Outlook, Sought, Terms

__all__ = [
    "MODERATION",
    "OPERATOR",
    "PARKED",
    "Animations",
    "Attachments",
    "AuditLog",
    "CancelAnswer",
    "Channel",
    "Claim",
    "ContactSheets",
    "Copy",
    "Deed",
    "Endpoints",
    "Entry",
    "Fitter",
    "Frames",
    "Hold",
    "Inbox",
    "JobStore",
    "Kept",
    "LastFrames",
    "Links",
    "MediaIndex",
    "MediaStore",
    "Moderator",
    "NotTaken",
    "Outlook",
    "Parcel",
    "Platform",
    "Posters",
    "Previews",
    "Provider",
    "Reply",
    "Revise",
    "Ring",
    "Servers",
    "Shelved",
    "Sought",
    "StagedFiles",
    "Superseded",
    "Terms",
    "Unreached",
    "Vault",
    "Videos",
    "pseudonym",
]
