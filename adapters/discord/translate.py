"""Hands the commands' words to discord.py in every language that they are there in."""

import discord
from discord import app_commands
from discord.app_commands import TranslationContextTypes, locale_str

from bot.wording.commands import translations


class Translator(app_commands.Translator):
    """Finds a text by the key that :func:`adapters.discord.parameters.words` has put into it."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: TranslationContextTypes
    ) -> str | None:
        """Return the text in this language; None leaves the English."""
        del context
        key = string.extras.get("key")
        return None if key is None else translations(key).get(locale.value)
