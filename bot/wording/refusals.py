"""Refusals and failures: what went wrong, the rule it broke, and the mend. Never silent about money."""

from collections.abc import Mapping
from decimal import Decimal

from bot.domain.errors import (
    AccountExhausted,
    BadImage,
    BadImages,
    BadRequest,
    BadRules,
    BadVideo,
    BudgetSpent,
    CannotListen,
    ChannelBusy,
    ChannelGone,
    Charge,
    CheckAway,
    ContentRefused,
    CredentialsMissing,
    CredentialsRefused,
    DatabaseInUse,
    Defect,
    Draining,
    EndpointUnknown,
    EngineFailed,
    FolderUnusable,
    InputRefused,
    JobCancelled,
    Moderated,
    NotFetched,
    NotHandedOver,
    NotHere,
    NotKept,
    NotThem,
    NotYours,
    NoWayIn,
    PlatformAway,
    PlatformRefused,
    PostUnclear,
    ProtocolBroken,
    ProviderBusy,
    ProviderFailed,
    ProviderUnreachable,
    QueueFull,
    RoleNeedsPostgres,
    RulesUnreadable,
    SettingsUnfit,
    StoreAway,
    StoreUnfit,
    StoreUnusable,
    SubmitUnclear,
    TookTooLong,
    TweenError,
    Unreadable,
    UnsafeRefused,
    Whose,
    Withheld,
)
from bot.wording.faults import bad_image, fault, listed
from bot.wording.rules import RULES, bad_rule
from bot.wording.units import duration, money


def explain(error: TweenError) -> str:
    """Say what went wrong, what to do about it, and, where a request had been sent, what is known about the bill."""
    charge = _CHARGE[error.charge]
    return f"{_explained(error)} {charge}".rstrip()


_CHARGE = {
    Charge.NONE: "",
    Charge.POSSIBLE: "This may have been charged; the provider's dashboard shows it.",
    Charge.BILLED: "This was charged.",
}


def _explained(error: TweenError) -> str:  # noqa: C901, PLR0911, PLR0912, PLR0915  # one flat table
    match error:
        case BadRequest(faults=faults):
            return " ".join(fault(each) for each in faults)
        case BadRules(faults=faults):
            return " ".join(bad_rule(each) for each in faults)
        case BadImage():
            return bad_image(error)
        case BadImages(images=images):
            return " ".join(bad_image(each) for each in images)
        case ContentRefused(field=field):
            what = f"the {_field(field)}" if field else "this request"
            spent = " Nothing was charged." if error.charge is Charge.NONE else ""
            return f"The provider's content policy refused {what}. Change it and send it again.{spent}"
        case InputRefused(field=field, said=said):
            return f"The provider refused the {_field(field)}: {_sentence(said)} Change it and send it again."
        case ProviderBusy(retry_after=after):
            when = f"in {duration(after)}" if after else "in a few minutes"
            return f"The provider has no room for another job and took nothing. Send it again {when}."
        case ProviderUnreachable(charge=Charge.NONE):
            return "The provider cannot be reached. Check TWEENBOT_FAL_URL if it is set, and send it again in a while."
        case ProviderUnreachable():
            return "The provider took the request, and cannot be reached any more. Look it up before you send it again."
        case ProviderFailed(kind=kind, said=said):
            why = f"{kind}: {said}" if said else kind
            return f"The provider failed to make the video ({why.rstrip('.')}). Send it again in a few minutes."
        case TookTooLong(seconds=seconds):
            return f"No video came within {duration(seconds)}, so the provider was asked to stop. Send it again later."
        case FolderUnusable(folder=folder, said=said):
            return (
                f"The data folder {folder} cannot be used ({said}). Set TWEENBOT_DATA_DIR to one that can be written."
            )
        case CannotListen(host=host, port=port, said=said):
            return (
                f"The bot cannot listen on {host} port {port} ({said}). Set TWEENBOT_HTTP_HOST and "
                "TWEENBOT_HTTP_PORT to an address of this machine that is free."
            )
        case SettingsUnfit():
            return _unfit(error)
        case DatabaseInUse(file=file):
            return (
                f"Another tweenbot process works on {file}. Stop it first; to run several at a time, set "
                "TWEENBOT_DATABASE_URL to a Postgres address."
            )
        case StoreUnusable(name=name, said=said):
            return (
                f"The job store {name} cannot be used: {said.rstrip('.')}. Mend that, or set TWEENBOT_DATABASE_URL to "
                "another: sqlite:////path/to/file, or postgresql://user:password@host/database."
            )
        case RoleNeedsPostgres(role=role):
            return (
                f"--role {role} needs a Postgres database, for SQLite is one process's own. Set TWEENBOT_DATABASE_URL "
                "to a Postgres address, or run without --role."
            )
        case StoreUnfit(revision=revision):
            return (
                f"The database was made by a newer version of the bot (its tables are of revision {revision}). Start "
                "that version, or set TWEENBOT_DATABASE_URL to another database."
            )
        case EngineFailed(said=said):
            return f"The embedded engine did not start. Is tweenbot installed with its engine extra? It said: {said}"
        case PlatformRefused(name=name, setting=setting, said=said):
            return f"{name} refuses the bot ({said}). Check {setting}; tweenbot doctor says what else is amiss."
        case PlatformAway(name=name, setting=setting, said=said):
            return (
                f"{name} cannot be reached ({said}). Check the network, and {setting} if it is set; then start again."
            )
        case CredentialsMissing():
            return "There is no fal key. Set FAL_KEY to a key from fal.ai/dashboard/keys."
        case CredentialsRefused():
            return "fal refuses the key. Check FAL_KEY against fal.ai/dashboard/keys."
        case AccountExhausted():
            return "The fal account is locked or has no balance left. Top it up at fal.ai/dashboard/billing."
        case EndpointUnknown(endpoint=endpoint):
            return f"The provider does not know {endpoint}. Check the model's id, and TWEENBOT_FAL_URL if it is set."
        case ProtocolBroken(what=what):
            return (
                f"The provider gave an answer that cannot be understood ({what}). Check TWEENBOT_FAL_URL if it is set."
            )
        case BadVideo(what=what):
            return f"The provider's file is not a playable video ({what}). Report it to the provider."
        case NotFetched(said=said):
            return f"The video is made, but could not be fetched ({said}). The provider's dashboard has its request."
        case NotHandedOver():
            return _not_handed_over(error)
        case Moderated():
            return _moderated(error)
        case CheckAway():
            return (
                "The check that every job goes through here does not answer, so nothing was sent or charged. Send it "
                "again in a few minutes."
            )
        case Withheld(said=said):
            why = f" ({said.rstrip('.')})" if said else ""
            return f"The video is made, and the check of finished videos does not let it be shown{why}."
        case NotKept(said=said):
            return f"The video could not be kept for a link ({said})."
        case NotYours():
            return "Only the author of this job may do that."
        case NotHere():
            return "The admins of this server allow videos in other channels only. Nothing was taken or charged."
        case NotThem():
            return "The admins of this server allow videos to some roles only. Ask them for one; nothing was charged."
        case UnsafeRefused(option=option, by_admins=by_admins):
            why = "in an age-restricted channel" if not by_admins else "where the server's admins allow it"
            return f"{option} can be turned off only {why}. Leave it on, and send it again."
        case NoWayIn():
            return _no_way_in(error)
        case QueueFull(whose=whose, limit=limit):
            jobs = "1 job" if limit == 1 else f"{limit} jobs"
            told = f"{_WAITING[whose].format(jobs=jobs)} Nothing was taken or charged; send it again in a while."
            return f"{told} One that waits for a Go counts too: answer it, or cancel it." if whose == "author" else told
        case BudgetSpent():
            return _budget_spent(error)
        case StoreAway():
            return (
                "The bot's database does not answer, so this was most likely not taken. "
                "Give its card a minute to appear before you send it again."
            )
        case Draining():
            return "The bot is restarting, so nothing was taken or charged. Send it again in a minute."
        case ChannelBusy():
            return "The channel takes no messages at the moment."
        case PostUnclear():
            return "The channel's answer to a message was lost, so it may be there or not."
        case ChannelGone(said=said):
            return f"The channel cannot be reached any more ({said})."
        case Unreadable(said=said):
            return f"This job was stored by another version of the bot, which this one cannot read ({said})."
        case RulesUnreadable(names=names):
            which = listed([RULES.get(name, name) for name in names], "and")
            return (
                f"What this server's admins have set cannot be read ({which}), so nothing was taken or charged. One of "
                "them has to set it again."
            )
        case Defect(said=said):
            return f"A fault in the bot ended this job ({said}). Its operator finds the cause in the log."
        case SubmitUnclear():
            return "The provider's answer to this request was lost, so it was not sent again."
        case JobCancelled():
            return "The provider stopped the job, as it was asked to."
        case _:
            return f"Something unexpected went wrong: {error}."


def _unfit(error: SettingsUnfit) -> str:
    if not error.lacks:
        mend = f"and {error.clashes} do not go together. Unset one of them"
    else:
        mend = f"does not work alone. Set {listed([listed(each, 'and') for each in error.lacks], 'or')} too"
    return f"{error.given} {mend}; config/.env.example says what each is for."


def _not_handed_over(error: NotHandedOver) -> str:
    # Readers of a channel are no operators, and learn nothing of the machine.
    is_name = error.kept.name == str(error.kept)
    lies = f"The bot's operator has it as {error.kept}." if is_name else f"It lies at {error.kept}."
    return f"The video is made, but could not be put in its place ({error.said}). {lies}"


def _moderated(error: Moderated) -> str:
    if error.what == "prompt" and not error.said:
        return (
            "This server's rules do not allow this prompt: something in it is on the list of its admins. Say it in "
            "other words and send it again; nothing was taken or charged."
        )
    why = f": {_sentence(error.said)}" if error.said else "."
    return (
        f"The check that every job goes through here refused the {error.what}{why} Change the prompt or the images and "
        "send it again; nothing was sent or charged."
    )


def _no_way_in(error: NoWayIn) -> str:
    lacks = f"lacks {listed(error.missing, 'and')} here" if error.missing else "is no member here"
    return (
        f"The bot {lacks}, so it could not post the video, and you take no direct messages from it. Nothing was taken "
        "or charged. Ask an admin to let it in, or allow direct messages, and send it again."
    )


_WAITING: Mapping[Whose, str] = {
    "author": "You have {jobs} waiting already, which is the limit.",
    "server": "This server has {jobs} waiting already, which is the limit.",
    "everyone": "There are {jobs} waiting already, which is as many as the bot takes.",
}


_BUDGET: Mapping[Whose, str] = {"author": "Your budget", "server": "This server's budget", "everyone": "The budget"}


def _budget_spent(error: BudgetSpent) -> str:
    left = max(Decimal(0), error.limit - error.spent)
    return (
        f"{_BUDGET[error.whose]} of {money(error.limit)} a month has {money(left)} left, and this costs "
        f"{money(error.price)}. Nothing was taken or charged. It renews on {error.renews:%-d %B %Y} (UTC)."
    )


_FIELDS = {"start": "first image", "end": "last image"}


def _field(name: str | None) -> str:
    return _FIELDS.get(name or "", name or "request")


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."
