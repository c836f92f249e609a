"""Where the demonstration keeps its things: one folder, made new at each showing."""

import contextlib
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from examples.demo.errors import DemoFailed

RIVER = Path(__file__).resolve().parent.parent / "river"
ROOT = Path(__file__).resolve().parent.parent.parent / "demo"


@dataclass(frozen=True, kw_only=True)
class Folder:
    """The paths of one showing."""

    root: Path = ROOT

    @property
    def data(self) -> Path:
        """Tell where the service keeps its data."""
        return self.root / "data"

    @property
    def keys(self) -> Path:
        """Tell where the service keeps its root key, apart from the data."""
        return self.root / "keys"

    @property
    def journal(self) -> Path:
        """Tell where the service keeps its journal of what was sent, apart from the data."""
        return self.root / "journal"

    @property
    def log(self) -> Path:
        """Tell where the server's log goes."""
        return self.root / "log"

    @property
    def mail(self) -> Path:
        """Tell where caught mail is kept, one `.eml` file each."""
        return self.root / "mail"

    @property
    def database(self) -> Path:
        """Tell which file the database is."""
        return self.data / "undersigned.db"

    @property
    def campaign(self) -> Path:
        """Tell where the campaign file of this showing is written."""
        return self.root / "campaign.toml"

    @property
    def letter(self) -> Path:
        """Tell where the full copy of the letter goes."""
        return self.root / "letter.pdf"

    @property
    def public_letter(self) -> Path:
        """Tell where the public copy of the letter goes."""
        return self.root / "letter-public.pdf"

    @property
    def delivered(self) -> Path:
        """Tell where the mail goes that the addressee received."""
        return self.root / "delivered.eml"

    @property
    def dossier(self) -> Path:
        """Tell where the proof of delivery goes."""
        return self.root / "dossier"

    @property
    def dossier_zip(self) -> Path:
        """Tell where the proof of delivery goes as one file."""
        return self.root / "dossier.zip"

    @property
    def changed_dossier(self) -> Path:
        """Tell where a copy of it lies for as long as it is shown that a change is found."""
        return self.root / "dossier-changed"

    @property
    def seal(self) -> Path:
        """Tell where the certificate is that signs the dossier."""
        return self.keys / "dossier.pem"

    @property
    def seal_key(self) -> Path:
        """Tell where the key of that certificate is."""
        return self.keys / "dossier.key"

    def packet(self, name: str) -> Path:
        """Tell where the packet goes of a copy that a person brings."""
        return self.root / "packets" / f"{name}.zip"

    def make(self) -> None:
        """Make the folders that are missing; what is in them stays."""
        for path in (self.data, self.keys, self.log, self.mail):
            path.mkdir(parents=True, exist_ok=True)
        self.keys.chmod(0o700)

    def make_new(self) -> None:
        """Make the folders empty; what an earlier showing left goes.

        Raises DemoFailed where a folder of that name holds something that no showing made.
        """
        if self.root.exists() and any(self.root.iterdir()) and not self.mail.is_dir():
            raise DemoFailed(f"{self.root} holds files that are not a demonstration's; move them elsewhere.")
        shutil.rmtree(self.root, ignore_errors=True)
        self.make()


def free_port(*, preferred: int = 0) -> int:
    """Find a free port on loopback: the preferred one if nobody listens there, else any."""
    if preferred:
        with contextlib.suppress(OSError):
            return _try_port(preferred)
    return _try_port(0)


def port_is_free(port: int) -> bool:
    """Tell whether nobody listens on a loopback port."""
    try:
        _try_port(port)
    except OSError:
        return False
    return True


def _try_port(port: int) -> int:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        return int(listener.getsockname()[1])
