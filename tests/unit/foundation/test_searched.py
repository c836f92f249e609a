"""A name is found by what a person types for it, in any script."""

import pytest

from service.foundation.searched import fold_for_search, is_found


def found(query: str, name: str) -> bool:
    return is_found(fold_for_search(query), fold_for_search(name))


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("lake", "Lake Alliance"),
        ("ALLIANCE lake", "Lake Alliance"),
        ("lakealliance", "Lake Alliance"),
        ("eau vive", "L’Eau-Vive"),
        ("leau", "L’Eau-Vive"),
        ("kizilirmak dernegi", "Kızılırmak Derneği"),
        ("istanbul", "İstanbul Barosu"),
        ("lodz", "Łódź Forum"),
        ("osterreich", "Österreichischer Bund"),
        ("strasse", "Straße der Flüsse"),
        ("nguyen thi hong", "Nguyễn Thị Hồng"),
        ("جمعية", "جَمْعِيَّة أصدقاء النهر"),
        ("اصدقاء", "جمعية أصدقاء النهر"),
        ("النهر", "جمعيّة أصدقاء النـهر"),
        ("رودخانهها", "نگهبانان رودخانه\u200cها"),
        ("رودخانه ها", "نگهبانان رودخانه\u200cها"),
        ("کمیته", "كميته رود"),
        ("ئۇيغۇر", "ئۇيغۇر دەريا جەمئىيىتى"),
        ("שלום", "שָׁלוֹם עכשיו"),
        ("བོད", "བོད་ཀྱི་ཆུ་མཛོད།"),
        ("江河", "江河守望者协会"),
        ("ΝΕΡΟΣ", "Φίλοι του νερός"),
        ("ngo", "ＮＧＯ Forum"),
        ("5", "River Watch 5"),
    ],
)
def test_a_name_is_found(query, name):
    assert found(query, name)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("", "Lake Alliance"),
        ("   ", "Lake Alliance"),
        ("'’-", "L’Eau-Vive"),
        ("sea", "Lake Alliance"),
        ("lake sea", "Lake Alliance"),
        ("%", "Lake Alliance"),
        ("_", "Lake Alliance"),
        (".*", "Lake Alliance"),
        ("བོད་ཡུལ", "བོད་ཀྱི་ཆུ་མཛོད།"),
        ("江湖", "江河守望者协会"),
    ],
)
def test_another_name_is_not_found(query, name):
    assert not found(query, name)
