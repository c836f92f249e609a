"""The stylesheet, the icon and the small scripts, read once, each under an address that changes with its bytes."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent / "static"
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, kw_only=True)
class Asset:
    """One file that pages load, and the version in its address."""

    name: str
    data: bytes
    media_type: str
    version: str

    @property
    def path(self) -> str:
        """The address that pages write; new bytes have a new one, so it may be kept for ever."""
        return f"/static/{self.name}?v={self.version}"


def _read(path: Path) -> Asset:
    data = path.read_bytes()
    version = hashlib.sha256(data).hexdigest()[:16]
    return Asset(name=path.name, data=data, media_type=_MEDIA_TYPES[path.suffix], version=version)


ASSETS = {path.name: _read(path) for path in sorted(_FOLDER.iterdir()) if path.suffix in _MEDIA_TYPES}
"""Every asset by its file name."""
