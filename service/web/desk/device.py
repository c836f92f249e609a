"""What a browser calls itself, in a few words: its family and its system, and nothing that changes with its version (pure)."""

_FAMILIES = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
UNKNOWN = "unknown"
_LONGEST = 400


def browser_words(user_agent: str) -> str:
    """Name the family and the system of a browser: "Firefox on Linux"; what it does not say is "unknown"."""
    said = user_agent[:_LONGEST]
    family = next((name for mark, name in _FAMILIES if mark in said), UNKNOWN)
    system = next((name for mark, name in _SYSTEMS if mark in said), UNKNOWN)
    return f"{family} on {system}"
