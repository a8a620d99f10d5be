"""A manual page of a program's help, for a program that has none of its own."""

from datetime import datetime, timezone


def page(name: str, version: str, summary: str, sections: dict[str, str], time: int) -> bytes:
    """The page in troff. Each section is preformatted text."""
    date = datetime.fromtimestamp(time, timezone.utc).strftime("%Y-%m-%d")
    out = [f'.TH {name.upper()} 1 "{date}" "{name} {version}"', ".SH NAME", f"{name} \\- {_escaped(summary)}"]
    for title, text in sections.items():
        out += [f".SH {title}", ".nf", *map(_line, text.rstrip("\n").split("\n")), ".fi"]
    return ("\n".join(out) + "\n").encode()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\e").replace("-", "\\-")


def _line(text: str) -> str:
    # A line that begins with a dot or an apostrophe would be a request.
    return ("\\&" if text.startswith((".", "'")) else "") + _escaped(text)
