"""Messages at the twin, with slack_sdk: what a person sees of them, whom they notify, where the bot may write."""

from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.contract.slack.conftest import Office, buttons, section
from tests.twins.slack_errors import NotOffered


async def test_an_update_with_text_alone_takes_the_blocks_away_and_notifies_nobody(office: Office) -> None:
    """``pings`` is of the posting; an edit is kept in ``edits``."""
    client = office.client()
    posted = await client.chat_postMessage(
        channel=office.videos.id, text="Rendering", blocks=[section(f"for <@{office.ann.id}>"), buttons("Cancel")]
    )
    card = office.videos.messages[-1]
    assert (card.pings, card.buttons, card.all_text.split("\n")[0]) == ({office.ann.id}, ["Cancel"], "Rendering")
    await client.chat_update(channel=office.videos.id, ts=posted["ts"], text="Done <!here>")
    assert (card.text, card.blocks, card.pings, len(card.edits)) == ("Done <!here>", [], {office.ann.id}, 1)


@pytest.mark.parametrize(
    ("text", "notified"),
    [
        ("<!channel> come", {"!channel"}),
        ("<!here|here> and <@U123|ann>", {"!here", "U123"}),
        ("<!subteam^S1|@team>", {"!subteam^S1"}),
        ("&lt;!channel&gt; @\u200bhere", set()),
        ("a <https://x.example|link>", set()),
    ],
)
async def test_raw_marks_in_a_text_notify_and_escaped_ones_do_not(
    office: Office, text: str, notified: set[str]
) -> None:
    """In the text, and in the mrkdwn of blocks; never in plain_text."""
    client = office.client()
    plain: dict[str, Any] = {"type": "header", "text": {"type": "plain_text", "text": text}}
    for said in ({"text": text}, {"text": "x", "blocks": [section(text)]}):
        await client.chat_postMessage(channel=office.videos.id, **said)
        assert office.videos.messages[-1].pings == notified
    await client.chat_postMessage(channel=office.videos.id, text="x", blocks=[plain])
    assert office.videos.messages[-1].pings == set()


async def test_a_bare_at_channel_notifies_where_names_are_to_be_linked(office: Office) -> None:
    """``link_names`` and ``parse=full``, and mrkdwn that is not verbatim."""
    client, videos = office.client(), office.videos
    await client.chat_postMessage(channel=videos.id, text="@channel", link_names=True)
    assert videos.messages[-1].pings == {"!channel"}
    await client.chat_postMessage(channel=videos.id, text="x", blocks=[section("@here")])
    assert videos.messages[-1].pings == {"!here"}
    verbatim = section("@here")
    verbatim["text"]["verbatim"] = True
    await client.chat_postMessage(channel=videos.id, text="@here", blocks=[verbatim])
    assert videos.messages[-1].pings == set()


async def test_the_bot_writes_where_it_is_and_sees_what_it_may(office: Office) -> None:
    """A public channel says not_in_channel until it joins, a private one is not there until someone invites it."""
    client, acme = office.client(), office.acme
    public, private = acme.channel("lobby", bot_in=False), acme.channel("board", private=True, bot_in=False)
    apart = acme.conversation(office.ann, acme.user("ben"))
    for channel, code in ((public, "not_in_channel"), (private, "channel_not_found"), (apart, "channel_not_found")):
        with pytest.raises(SlackApiError, match=code):
            await client.chat_postMessage(channel=channel.id, text="x")
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await client.conversations_join(channel=private.id)
    assert (await client.conversations_info(channel=public.id))["channel"]["is_member"] is False
    await client.conversations_join(channel=public.id)
    office.slack.expects_no_ack = True
    office.ann.invite_bot(private)
    for channel in (public, private, office.ann.dm):
        await client.chat_postMessage(channel=channel.id, text="x")
    assert (await client.chat_postMessage(channel=office.ann.id, text="y"))["channel"] == office.ann.dm.id
    with pytest.raises(SlackApiError, match="method_not_supported_for_channel_type"):
        await client.conversations_join(channel=private.id)
    public.archived, private.posting_restricted = True, True
    for channel, code in ((public, "is_archived"), (private, "restricted_action")):
        with pytest.raises(SlackApiError, match=code):
            await client.chat_postMessage(channel=channel.id, text="x")


async def test_only_the_bots_own_messages_can_be_changed(office: Office) -> None:
    """cant_update_message, cant_delete_message, and message_not_found for what is gone."""
    client, channel = office.client(), office.videos.id
    theirs = await office.ann.say(office.videos, "mine")
    with pytest.raises(SlackApiError, match="cant_update_message"):
        await client.chat_update(channel=channel, ts=theirs.ts, text="x")
    with pytest.raises(SlackApiError, match="cant_delete_message"):
        await client.chat_delete(channel=channel, ts=theirs.ts)
    own = (await client.chat_postMessage(channel=channel, text="x"))["ts"]
    await client.chat_delete(channel=channel, ts=own)
    assert office.videos.messages[-1].deleted
    with pytest.raises(SlackApiError, match="message_not_found"):
        await client.chat_update(channel=channel, ts=own, text="x")


async def test_a_thread_has_its_first_message_and_replies(office: Office) -> None:
    """A reply's own timestamp is a mistake; the channel's history has the first message, and what is broadcast."""
    client, channel = office.client(), office.videos.id
    first = await office.ann.say(office.videos, "look")
    reply = await client.chat_postMessage(channel=channel, thread_ts=first.ts, text="one")
    await client.chat_postMessage(channel=channel, thread_ts=reply["ts"], text="two", reply_broadcast=True)
    assert len(office.slack.forgive()) == 1
    found = await client.conversations_replies(channel=channel, ts=first.ts)
    assert [message["text"] for message in found["messages"]] == ["look", "one", "two"]
    assert [(reply.text, reply.broadcast) for reply in first.replies] == [("one", False), ("two", True)]
    history = await client.conversations_history(channel=channel, limit=1)
    assert ([m["text"] for m in history["messages"]], history["has_more"]) == (["two"], True)
    link = await client.chat_getPermalink(channel=channel, message_ts=reply["ts"])
    assert link["permalink"].endswith(f"?thread_ts={first.ts}&cid={channel}")
    with pytest.raises(SlackApiError, match="thread_not_found"):
        await client.chat_postMessage(channel=channel, thread_ts="1.000001", text="x")
    with pytest.raises(SlackApiError, match="invalid_thread_ts"):
        await client.chat_postMessage(channel=channel, thread_ts="0", text="x")


async def test_an_ephemeral_message_is_for_one_person(office: Office) -> None:
    """The others do not see it, and it can be neither changed nor read again."""
    client, ben = office.client(), office.acme.user("ben")
    await client.chat_postEphemeral(channel=office.videos.id, user=office.ann.id, text="psst", blocks=[buttons("Ok")])
    message = office.videos.messages[-1]
    assert (message.ephemeral_to, office.videos.seen_by(ben), message.pings) == (office.ann, [], set())
    with pytest.raises(SlackApiError, match="message_not_found"):
        await client.chat_update(channel=office.videos.id, ts=message.ts, text="x")
    office.videos.absent.add(ben)
    with pytest.raises(SlackApiError, match="user_not_in_channel"):
        await client.chat_postEphemeral(channel=office.videos.id, user=ben.id, text="psst")
    with pytest.raises(NotOffered, match="not there for them"):
        await ben.click(message, "Ok")


async def test_a_button_tells_where_it_was_pressed_and_its_response_url_replaces_the_message(office: Office) -> None:
    """The payload of a block action; a response URL takes five uses within half an hour."""
    app, pressed = office.app(), list[dict[str, Any]]()

    @app.action("cancel")
    async def cancel(ack: AsyncAck, body: dict[str, Any]) -> None:
        pressed.append(body)
        await ack()

    await office.client().chat_postMessage(channel=office.videos.id, text="x", blocks=[buttons("Cancel")])
    card = office.videos.messages[-1]
    async with office.running(app):
        await office.ann.click(card, "Cancel")
        await office.ann.click(card, "cancel")
    body = pressed[0]
    assert (body["container"]["message_ts"], body["message"]["text"], body["actions"][0]["value"]) == (
        card.ts,
        "x",
        "7",
    )
    webhook = AsyncWebhookClient(body["response_url"])
    await webhook.send(text="gone", replace_original=True)
    assert (card.text, card.buttons) == ("gone", [])
    for _ in range(4):
        assert (await webhook.send(text="psst")).status_code == 200
    assert (await webhook.send(text="psst")).status_code == 404
    assert office.videos.messages[-1].ephemeral_to is office.ann
    office.slack.pass_time(1801)
    assert (await AsyncWebhookClient(pressed[1]["response_url"]).send(text="x")).status_code == 404
    assert [code for _, code in office.slack.refused] == ["used_url", "expired_url"]


async def test_what_a_commands_acknowledgement_says_is_for_the_person_alone(office: Office) -> None:
    """Ephemeral, unless it asks for the channel."""
    app = office.app()

    @app.command("/tween")
    async def says(ack: AsyncAck, command: dict[str, str]) -> None:
        await ack(text="hello", response_type="in_channel" if command["text"] == "loud" else None)

    async with office.running(app):
        for text in ("", "loud"):
            await office.ann.slash(office.videos, "/tween", text)
    assert [message.ephemeral_to for message in office.videos.messages] == [office.ann, None]


async def test_people_and_conversations_can_be_looked_up(office: Office) -> None:
    """users.info with the locale, members, and the DM that conversations.open gives."""
    client, ann = office.client(), office.ann
    assert "locale" not in (await client.users_info(user=ann.id))["user"]
    assert (await client.users_info(user=ann.id, include_locale=True))["user"]["locale"] == "de-DE"
    members = (await client.conversations_members(channel=office.videos.id))["members"]
    assert members == [ann.id, office.acme.bot_user_id]
    assert (await client.conversations_open(users=ann.id))["channel"]["id"] == ann.dm.id
    ben = office.acme.user("ben")
    group = (await client.conversations_open(users=[ann.id, ben.id], return_im=True))["channel"]
    assert (group["is_mpim"], group["id"][0]) == (True, "G")
    me = await client.auth_test()
    assert (me["team"], me["user_id"]) == ("Acme", office.acme.bot_user_id)


async def test_json_and_forms_are_read_alike(office: Office) -> None:
    """slack_sdk sends both; a token may stand in the form."""
    token, url = office.slack.env()["SLACK_BOT_TOKEN"], f"{office.slack.url}/api/chat.postMessage"
    form = {"token": token, "channel": office.videos.id, "text": "form", "blocks": '[{"type": "divider"}]'}
    async with aiohttp.ClientSession() as client:
        async with client.post(url, data=form) as answer:
            assert (await answer.json())["ok"]
        headers = {"Authorization": f"Bearer {token}"}
        async with client.post(url, json={"channel": office.videos.id, "text": "json"}, headers=headers) as answer:
            assert (await answer.json())["ok"]
    assert [message.text for message in office.videos.messages] == ["form", "json"]
    assert [seen.token for seen in office.slack.seen] == [token, token]
