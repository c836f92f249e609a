"""The list of countries in the forms."""

from service.web.countries import country_options


def test_countries_stand_in_the_order_a_reader_looks_for_them() -> None:
    names = [name for _, name in country_options("en")]

    assert names.index("Åland Islands") < names.index("Albania") < names.index("Zimbabwe")
    assert len(names) > 200


def test_every_country_stands_once() -> None:
    codes = [code for code, _ in country_options("en")]

    assert len(codes) == len(set(codes))
    assert {"FR", "TW", "XK"} <= set(codes)
