"""What ``tweenbot doctor`` writes: a line a check, with its mark and, below it, the mend; or one JSON object."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TextIO, cast

from rich.console import Console
from rich.text import Text

from adapters.local.lasting import Lasting
from bot.domain.check import Check, Mark

STYLES: Mapping[Mark, str] = {
    Mark.OK: "green",
    Mark.LOOK: "yellow",
    Mark.MEND: "bold red",
    Mark.NOT_SET: "dim",
}
MARK, NAME = 9, 18
"""Characters of the two columns before what is said."""


class CheckLines:
    """Writes checks as they come, coloured on a terminal and plain in a pipe. A link stays on one line."""

    def __init__(self) -> None:
        self._console = Console(file=cast("TextIO", Lasting(sys.stdout)), highlight=False)

    def show(self, check: Check) -> None:
        """Write one check."""
        mark = (f"{check.mark.value:<{MARK}}", STYLES[check.mark])
        self._console.print(Text.assemble(mark, f"{check.name:<{NAME}}", " ", check.said), soft_wrap=True)
        if check.mend:
            self._console.print(Text(f"{' ' * (MARK + NAME + 1)}{check.mend}", "bold"), soft_wrap=True)


def print_json(checks: Sequence[Check]) -> None:
    """Write all checks as one object: whether all is well, and each check with its mark."""
    told = [{"name": each.name, "mark": each.mark.value, "said": each.said, "mend": each.mend} for each in checks]
    well = all(each.mark is not Mark.MEND for each in checks)
    stream = Lasting(sys.stdout)
    stream.write(json.dumps({"ok": well, "checks": told}, indent=2) + "\n")
    stream.flush()
