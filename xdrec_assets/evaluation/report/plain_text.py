"""Foreign text (titles, ids) on one line, without characters that change how the text around it reads."""

from resources.plain_text import plain_text


def one_line(text: str, longest: int | None = None) -> str:
    r"""The text without control and bidirectional characters, blanks collapsed, cut at `longest` characters.

    >>> one_line("red\u202e shoes\n and  socks")
    'red shoes and socks'
    >>> one_line("a long title", longest=7)
    'a long…'
    """
    line = plain_text(text)
    if longest is None or len(line) <= longest:
        return line
    return line[: longest - 1].rstrip() + "…"
