"""The contracts of .importlinter hold, and each of them catches what it is there to catch."""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.repository import ROOT

# The contract that must notice, the file that goes wrong, and the import that it should not have.
PLANTED = [
    ("floors", "service/model/campaign.py", "import service.store.engine"),
    ("floors", "service/campaigns/queries.py", "import service.signing.queries"),
    ("floors", "service/mail/planted.py", "import service.letter"),
    ("floors", "service/helpers.py", '"""A folder or file that no floor has."""'),
    (
        "acyclic",
        "service/foundation/errors.py",
        "import service.foundation.tokens, service.foundation.addresses",
    ),
    ("confined", "service/signing/sign.py", "import smtplib"),
    ("confined", "service/mail/outbox.py", "from flask import current_app"),
    ("confined", "service/store/claim.py", "import jinja2.meta"),
    ("confined", "service/web/public/planted.py", "from sqlmodel import select"),
    ("confined", "service/delivery/planted.py", "from cryptography.hazmat.primitives import hashes"),
    ("pure", "service/foundation/tokens.py", "import socket"),
    ("pure", "service/letter/planted.py", "import service.model.campaign"),
    ("pure", "service/mail/retry.py", "from sqlmodel import Session"),
    ("letter-inside", "service/letter/render_pdf.py", "import service.letter.render_html"),
    ("letter-inside", "service/letter/roll.py", "import service.letter.document"),
    (
        "channels-strangers",
        "service/delivery/channels/email/planted.py",
        "import service.delivery.channels.post",
    ),
    ("channels-one-door", "service/delivery/planted.py", "import service.delivery.channels.email"),
    ("pages-strangers", "service/web/public/planted.py", "import service.web.desk"),
    ("alone", "service/campaigns/planted.py", "import tests.conftest"),
]
# What an import above names and the tree may not have yet.
NEEDED = [
    "service/signing/queries.py",
    "service/delivery/channels/email/__init__.py",
    "service/delivery/channels/post/__init__.py",
    "service/web/desk/__init__.py",
    "service/foundation/addresses.py",
]


def test_the_tree_keeps_every_contract() -> None:
    checked = lint_imports(ROOT)

    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(("contract", "file", "line"), PLANTED)
def test_a_wrong_import_is_caught(contract: str, file: str, line: str, tmp_path: Path) -> None:
    tree = copy_tree(tmp_path)
    plant(tree, file, line)

    checked = lint_imports(tree, contract)

    assert checked.returncode == 1
    assert Path(file).stem in checked.stdout.partition("Broken contracts")[2]


def test_every_contract_has_been_seen_to_catch_something() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter")

    contracts = {section.rsplit(":", 1)[1] for section in config.sections() if ":contract:" in section}

    assert contracts == {contract for contract, _, _ in PLANTED}


def copy_tree(folder: Path) -> Path:
    """Copy the service and its contracts, and fill up what an import below may name."""
    shutil.copytree(ROOT / "service", folder / "service", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", folder)
    for file in NEEDED:
        plant(folder, file, "")
    return folder


def plant(tree: Path, file: str, line: str) -> None:
    """Write a line at the end of a module, which is made with its packages where it is missing."""
    path = tree / file
    path.parent.mkdir(parents=True, exist_ok=True)
    for package in path.relative_to(tree).parents:
        if package.parts:
            (tree / package / "__init__.py").touch()
    with path.open("a") as module:
        module.write(f"\n{line}\n")


def lint_imports(tree: Path, contract: str = "") -> subprocess.CompletedProcess[str]:
    """Check one contract, or all, on a tree, as `make check-fast` does."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    chosen = ["--contract", contract] if contract else []
    return subprocess.run([*command, *chosen], cwd=tree, capture_output=True, text=True, check=False)
