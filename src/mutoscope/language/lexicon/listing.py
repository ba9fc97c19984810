"""Lists of words, written as one string so that a hundred of them are read at a glance."""


def by_commas(text: str) -> tuple[str, ...]:
    """The items between commas."""
    return tuple(item.strip() for item in text.split(",") if item.strip())


def by_spaces(text: str) -> tuple[str, ...]:
    """The items between spaces."""
    return tuple(text.split())
