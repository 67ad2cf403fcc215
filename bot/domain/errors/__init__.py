"""Every way in which a job can end badly, as one tree split by who can do something about it.

    TweenError
    ├── UserFixable          the author mends it and sends it again
    │   ├── BadRequest           options or prompt against the model's rules (carries every fault)
    │   ├── BadRules             what an admin wants to set for a server
    │   ├── BadImage             one of the two images cannot be used (BadImages: both)
    │   ├── ContentRefused       the provider's content policy
    │   ├── InputRefused         the provider refused an input that we let through
    │   ├── NotYours             only the author of a job may do that
    │   ├── NotHere, NotThem     the server's admins allow other channels, or other roles
    │   ├── UnsafeRefused        the safety checker may not be turned off here
    │   ├── Moderated            a server's rules, or whoever is asked to judge
    │   └── NoWayIn              the bot cannot post where the command was given
    ├── TryLater             nothing to mend: the same request may work in a while
    │   ├── ProviderBusy         429, a full queue
    │   ├── ProviderUnreachable  no connection, or the answer never came
    │   ├── ProviderFailed       the provider's own failure, before or while rendering
    │   ├── TookTooLong          our deadline passed; the provider was asked to stop
    │   ├── QueueFull            too many jobs wait, of this author or of everyone
    │   ├── BudgetSpent          the month's money of this author or server does not cover the price
    │   ├── CheckAway            whoever is asked to judge does not answer
    │   ├── StoreAway            the job store does not answer: nothing was accepted
    │   ├── Draining             the bot is about to restart: nothing was accepted
    │   ├── ChannelBusy          the platform did not take a message, and may in a while
    │   └── PostUnclear          the platform's answer to a message was lost: it may be there
    ├── OurFault             the operator has to act
    │   ├── FolderUnusable       the data folder cannot be made or written to
    │   ├── CannotListen         the HTTP server's address cannot be taken
    │   ├── SettingsUnfit        settings that cannot work together
    │   ├── DatabaseInUse        another process works on the SQLite file
    │   ├── StoreUnfit           the database was made by a newer version of the bot
    │   ├── EngineFailed         the embedded engine did not start
    │   ├── PlatformRefused, PlatformAway   a chat platform refuses the bot's token, or is not reached at the start
    │   ├── CredentialsMissing, CredentialsRefused, AccountExhausted, EndpointUnknown
    │   ├── ProtocolBroken       an answer that fits no contract
    │   ├── BadVideo             the result is not the MP4 it claims to be
    │   ├── NotFetched           the video is made, and does not come over
    │   ├── NotHandedOver        the video is here, and the channel does not take it
    │   ├── NotKept              the video could not be kept for handing out by a link
    │   ├── Withheld             the video is made, and the moderation does not let it be shown
    │   ├── ChannelGone          the channel, or our way into it, is gone for good
    │   ├── Unreadable           a stored job that this version cannot read
    │   ├── RulesUnreadable      a server's rules that this version cannot read
    │   └── Defect               a fault in our own code, met while the job was under way
    ├── SubmitUnclear        the submit's answer was lost: it may have been accepted, and charged
    └── JobCancelled         the provider says that it stopped the job

The errors carry data; the sentences that users read are made from it in ``bot.wording``.
"""

from bot.domain.errors.base import (
    Charge,
    JobCancelled,
    OurFault,
    SubmitUnclear,
    TryLater,
    TweenError,
    UserFixable,
    Which,
)
from bot.domain.errors.our_fault import (
    AccountExhausted,
    BadVideo,
    ChannelGone,
    CredentialsMissing,
    CredentialsRefused,
    Defect,
    EndpointUnknown,
    NotFetched,
    NotHandedOver,
    NotKept,
    ProtocolBroken,
    RulesUnreadable,
    Unreadable,
    Withheld,
)
from bot.domain.errors.setup import (
    CannotListen,
    DatabaseInUse,
    EngineFailed,
    FolderUnusable,
    PlatformAway,
    PlatformRefused,
    RoleNeedsPostgres,
    SettingsUnfit,
    StoreUnfit,
    StoreUnusable,
)
from bot.domain.errors.try_later import (
    BudgetSpent,
    ChannelBusy,
    CheckAway,
    Draining,
    PostUnclear,
    ProviderBusy,
    ProviderFailed,
    ProviderUnreachable,
    QueueFull,
    StoreAway,
    TookTooLong,
    Whose,
)
from bot.domain.errors.user_fixable import (
    BadImage,
    BadImages,
    BadRequest,
    BadRules,
    ContentRefused,
    Fault,
    ImageFault,
    InputRefused,
    Moderated,
    NotHere,
    NotThem,
    NotYours,
    NoWayIn,
    Rule,
    RuleFault,
    UnsafeRefused,
)

__all__ = [
    "AccountExhausted",
    "BadImage",
    "BadImages",
    "BadRequest",
    "BadRules",
    "BadVideo",
    "BudgetSpent",
    "CannotListen",
    "ChannelBusy",
    "ChannelGone",
    "Charge",
    "CheckAway",
    "ContentRefused",
    "CredentialsMissing",
    "CredentialsRefused",
    "DatabaseInUse",
    "Defect",
    "Draining",
    "EndpointUnknown",
    "EngineFailed",
    "Fault",
    "FolderUnusable",
    "ImageFault",
    "InputRefused",
    "JobCancelled",
    "Moderated",
    "NoWayIn",
    "NotFetched",
    "NotHandedOver",
    "NotHere",
    "NotKept",
    "NotThem",
    "NotYours",
    "OurFault",
    "PlatformAway",
    "PlatformRefused",
    "PostUnclear",
    "ProtocolBroken",
    "ProviderBusy",
    "ProviderFailed",
    "ProviderUnreachable",
    "QueueFull",
    "RoleNeedsPostgres",
    "Rule",
    "RuleFault",
    "RulesUnreadable",
    "SettingsUnfit",
    "StoreAway",
    "StoreUnfit",
    "StoreUnusable",
    "SubmitUnclear",
    "TookTooLong",
    "TryLater",
    "TweenError",
    "Unreadable",
    "UnsafeRefused",
    "UserFixable",
    "Which",
    "Whose",
    "Withheld",
]
