"""What Discord asks of a modal beyond its shape.

From the developer documentation ("Component Reference"), where no other source is named.
"""

from collections.abc import Iterator

from tests.twins.discord_contract_tree import Json, Kind, problems_of_all, problems_of_each, walk


def problems_of(modal: Json) -> Iterator[str]:
    """Yield what is wrong with a modal of the right shape, the ``data`` of a callback."""
    top = modal["components"]
    placed = list(walk(top, "data.components"))
    if len(top) > 5:
        yield f"data.components: {len(top)} components, where a modal holds 5"
    for index, component in enumerate(top):
        if component["type"] not in {Kind.LABEL, Kind.TEXT_DISPLAY}:
            yield f"data.components[{index}]: a modal holds labels and text displays; action rows are of old"
    yield from problems_of_all(placed)
    yield from problems_of_each(placed)
    for one in placed:
        if one.json.get("disabled"):
            yield f"{one.where}: disabled, which nothing in a modal can be"
        # required is true where it is not said (discord-api-docs#8177).
        if one.json.get("min_values") == 0 and one.json.get("required") is not False:
            yield f"{one.where}: min_values 0 needs required false"
