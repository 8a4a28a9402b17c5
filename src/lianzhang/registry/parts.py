"""整类: a category that an anchor answers as a whole, as a part of the catalogue of its own."""

WHOLE = "整类:"
CODE_LENGTH = 60


def whole_code(category: str) -> str:
    """The code of the part that stands for a category as a whole."""
    return f"{WHOLE}{category}"[:CODE_LENGTH]


def whole_name(category: str) -> str:
    """What it is called."""
    return f"{category}（整类）"[:120]
