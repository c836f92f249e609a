"""Find what a template wanted to have filled in, and nobody has (pure)."""

import re

# What a bracket asks for where nothing else stands in it: "[Senator's Name]", but not "[Member States]".
_WANTED = (
    r"name|first|last|full|sender|recipient|city|town|state|zip|address|date|phone|district|senator|representative|member"
    r"|organi[sz]ation|title|e-?mail|signature|salutation"
)
_PLACEHOLDERS = re.compile(
    "|".join(
        (
            r"\[\s*(?i:your|my|insert|enter|add|fill)\b[^\[\]\n]{0,80}\]",  # [Your Name]
            rf"\[\s*(?i:(?:{_WANTED})(?:(?:'s)?[ /,_-]+(?:{_WANTED}|of|or|and|code|number|here|congress))*)\s*\]",
            r"\[(?!SIC\])[A-Z][A-Z0-9 _/'-]{2,60}\]",  # [COUNTRY]
            r"\(\([^()\n]{1,80}\)\)",  # ((count)), as our own letters have them
            r"\{\{[^{}\n]{1,80}\}\}|\{%[^{}\n]{1,80}%\}|\$?\{[A-Za-z_][\w. -]{0,60}\}",
            r"<<[^<>\n]{1,80}>>|«[A-Za-z_]{2,40}»",
            r"%%?[A-Z][A-Z_]{2,40}%%?|\*\|[A-Z0-9_:]{2,40}\|\*",
        )
    )
)


def placeholders_in(text: str) -> tuple[str, ...]:
    """Give each placeholder that stands in a text, once, as it stands there."""
    return tuple(dict.fromkeys(found.group() for found in _PLACEHOLDERS.finditer(text)))
