"""Puts the program together and hands it to the command line: the only place that reads settings and knows every room."""

import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import click
from pydantic import ValidationError

from adapters.embedded import process as embedded
from adapters.fal.connection import FalProvider
from adapters.local import terminal
from adapters.local.attachments import DiskAttachments
from adapters.local.commands import Make, make_command
from adapters.local.upload import LocalChannel
from adapters.media.contact_sheet import MediaContactSheets
from adapters.media.frames import MediaFrames
from adapters.media.videos import MediaVideos
from bot.domain.errors import TweenError
from bot.domain.job import Job
from bot.domain.model import Model
from bot.flow.accept import accept
from bot.flow.kit import Kit, Limits
from bot.flow.tween import tween
from bot.ports import Provider
from bot.wording import cli as words
from config import catalogue
from config.settings import Settings
