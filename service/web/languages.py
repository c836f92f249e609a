"""The languages in which a signatory may be written to, each by its own name."""

LANGUAGES = (
    ("en", "English"),
    ("fr", "Français"),
    ("es", "Español"),
    ("ar", "العربية"),
    ("ug", "ئۇيغۇرچە"),
    ("bo", "བོད་ཡིག"),
    ("zh-Hans", "简体中文"),
)


def language_options(present: str) -> tuple[tuple[str, str], ...]:
    """Give tag and name of every language on offer, and the present one where it is another, such as "en-GB"."""
    known = dict(LANGUAGES)
    if present and present not in known:
        base = known.get(present.partition("-")[0], present)
        return ((present, f"{base} ({present})"), *LANGUAGES)
    return LANGUAGES
