"""What keeps the bot from starting: its operator has to act."""

from pathlib import Path

from bot.domain.errors.base import OurFault


class FolderUnusable(OurFault):
    """The folder for files under way cannot be made or written to; ``said`` is why."""

    def __init__(self, folder: Path, said: str) -> None:
        super().__init__(f"{folder}: {said}")
        self.folder = folder
        self.said = said


class CannotListen(OurFault):
    """The HTTP server's address cannot be taken; ``said`` is why."""

    def __init__(self, host: str, port: int, said: str) -> None:
        super().__init__(f"{host} port {port}: {said}")
        self.host = host
        self.port = port
        self.said = said


class SettingsUnfit(OurFault):
    """Settings that cannot work together: ``given`` needs one of the sets ``lacks``, or excludes ``clashes``."""

    def __init__(self, given: str, lacks: tuple[tuple[str, ...], ...] = (), clashes: str = "") -> None:
        super().__init__(f"{given} without {lacks}" if lacks else f"{given} with {clashes}")
        self.given = given
        self.lacks = lacks
        self.clashes = clashes


class DatabaseInUse(OurFault):
    """Another process works on the SQLite ``file``, which one process at a time may do."""

    def __init__(self, file: Path) -> None:
        super().__init__(str(file))
        self.file = file


class StoreUnusable(OurFault):
    """The job store of this ``name``, its address without secrets, refuses this process; ``said`` is why."""

    def __init__(self, name: str, said: str) -> None:
        super().__init__(f"{name}: {said}")
        self.name = name
        self.said = said


class RoleNeedsPostgres(OurFault):
    """A process that only takes commands, or only carries jobs, on a SQLite file, which one process has for itself."""

    def __init__(self, role: str) -> None:
        super().__init__(role)
        self.role = role


class StoreUnfit(OurFault):
    """The database's tables are of a ``revision`` that this version does not know: a newer one has been here."""

    def __init__(self, revision: str) -> None:
        super().__init__(revision)
        self.revision = revision


class EngineFailed(OurFault):
    """The embedded engine did not start; ``said`` is the end of what it wrote."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class PlatformRefused(OurFault):
    """A chat platform, by its ``name``, refuses the bot; ``setting`` holds its token, ``said`` is why."""

    def __init__(self, name: str, setting: str, said: str) -> None:
        super().__init__(f"{name}: {said}")
        self.name = name
        self.setting = setting
        self.said = said


class PlatformAway(OurFault):
    """A chat platform, by its ``name``, cannot be reached; ``setting`` moves it, ``said`` is why."""

    def __init__(self, name: str, setting: str, said: str) -> None:
        super().__init__(f"{name}: {said}")
        self.name = name
        self.setting = setting
        self.said = said
