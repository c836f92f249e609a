"""Other people's column names, in whichever language, are taken for what they hold; what nobody can tell is passed over."""

import pytest

from service.signing.invitees.import_columns import guess_columns

CASES = [
    (("kind", "name", "email"), ("kind", "name", "email")),
    (("Organisation", "E-Mail-Adresse", "Land", "Bemerkungen"), ("name", "email", "country", "note")),
    (("Nom de l'organisation", "Courriel", "Pays"), ("name", "email", "country")),
    (("Nombre", "Correo electrónico", "Teléfono", "Sitio web"), ("name", "email", "phone", "website")),
    (("название", "Электронная почта", "Страна"), ("name", "email", "country")),
    (("اسم المنظمة", "البريد الإلكتروني", "الدولة"), ("name", "email", "country")),
    (("组织名称", "邮箱", "国家", "备注"), ("name", "email", "country", "note")),
    (("NAME OF ORGANIZATION", "Contact email", "Contact person"), ("name", "email", "representative_name")),
    (("Organizaton", "Email adress"), ("name", "email")),
    # Of two that may hold the same, the one that says it plainly does.
    (("Name", "Contact name", "Email", "Email 2"), ("name", "representative_name", "email", "second_email")),
    (("Fee paid", "", "x" * 5000), ("", "", "")),
]


@pytest.mark.parametrize(("header", "held"), CASES)
def test_columns_are_guessed_by_their_names(header: tuple[str, ...], held: tuple[str, ...]) -> None:
    assert guess_columns(header) == held


def test_nothing_is_guessed_of_two_columns() -> None:
    assert guess_columns(("email", "e-mail", "mail")).count("email") == 1
