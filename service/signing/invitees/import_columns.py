"""Guess by a column's own name, in whichever language and spelling, what of a signatory it holds (pure)."""

import difflib
from collections.abc import Mapping, Sequence

from service.foundation.searched import fold_for_search

# Each column of the signatories file, and what other people call it; what stands earlier wins where two fit as well.
_CALLED: Mapping[str, str] = {
    "email": "email; e-mail; mail; email address; e-mail address; contact email; mailbox; courriel; adresse courriel;"
    " adresse e-mail; adresse électronique; correo; correo electrónico; e-mail-adresse; mailadresse; emailadres;"
    " posta elettronica; indirizzo email; e-posta; eposta; e-mailadres; endereço de e-mail; электронная почта; почта;"
    " эл. почта; البريد الإلكتروني; ایمیل; ئېلخەت; 邮箱; 电子邮件; 電子郵件; メール; メールアドレス; 이메일",
    "approver_email": "approver email; approver; email of the approver; board email; courriel du responsable;"
    " e-mail freigabe; freigabe; correo de aprobación",
    "second_email": "second email; email 2; other email; alternative email; cc; zweite e-mail; deuxième courriel;"
    " segundo correo; secondary email",
    "name": "name; organization; organisation; organization name; organisation name; name of organization; ngo;"
    " group; association; member; member organization; signatory; full name; institution; nom; nom de l'organisation;"
    " organisme; nombre; nombre de la organización; organización; entidad; verein; gruppe; verband; naam; organisatie;"
    " nome; organizzazione; associazione; organização; entidade; kurum; kuruluş; örgüt; ad; adı; организация;"
    " название; имя; наименование; المنظمة; اسم المنظمة; الاسم; نام; سازمان; تەشكىلات; ئىسمى; 名称; 组织; 机构; 组织名称;"
    " 姓名; 團體; 組織; 名前; 団体名; 단체명; 이름",
    "acronym": "acronym; abbreviation; short name; sigle; acronyme; sigla; siglas; abkürzung; kürzel; afkorting;"
    " kısaltma; сокращение; اختصار; 简称; 略称",
    "name_latin": "name in latin letters; latin name; romanized name; english name; name in english; translitération;"
    " nom en anglais; nombre en inglés; name auf englisch; латиницей; 英文名; 英文名称; ローマ字",
    "sort_name": "sort name; sorted as; sort by; family name; last name; surname; nom de famille; apellido; nachname;"
    " achternaam; cognome; soyadı; фамилия; 姓",
    "representative_name": "representative; contact person; contact name; contact; name of representative; signed by;"
    " president; director; représentant; personne de contact; personne contact; representante; persona de contacto;"
    " ansprechpartner; ansprechperson; kontaktperson; kontakt; contactpersoon; vertegenwoordiger; referente; yetkili;"
    " ilgili kişi; контактное лицо; представитель; جهة الاتصال; الممثل; 联系人; 代表; 担当者; 담당자",
    "representative_title": "title of representative; role; job title; function; title; fonction; titre; cargo;"
    " función; funktion; titel; rolle; functie; ruolo; carica; ünvan; görev; должность; الصفة; 职务; 职位; 役職",
    "position": "position; profession; occupation; métier; profesión; beruf; beroep; meslek; профессия; 职业",
    "affiliation": "affiliation; employer; university; company; affiliation institutionnelle; afiliación;"
    " zugehörigkeit; werkgever; аффилиация; 所属; 单位",
    "phone": "phone; telephone; mobile; phone number; tel; cell; téléphone; portable; teléfono; móvil; telefon; handy;"
    " telefoon; telefono; cellulare; telefone; telemóvel; cep; телефон; الهاتف; هاتف; تلفن; تېلېفون; 电话; 手机; 電話; 전화",
    "messenger": "messenger; signal; whatsapp; telegram; wechat; messagerie; mensajería",
    "country": "country; country code; based in; pays; país; land; staat; paese; ülke; страна; البلد; الدولة; کشور; دۆلەت;"
    " 国家; 国家/地区; 國家; 国; 국가",
    "category": "category; type; sector; catégorie; secteur; categoría; kategorie; categorie; categoria; kategori;"
    " категория; الفئة; 类别",
    "website": "website; web; url; homepage; site; site web; site internet; sitio web; página web; webseite; webadresse;"
    " sito; sito web; web sitesi; сайт; الموقع; 网站; 网址; ウェブサイト; 홈페이지",
    "visibility": "visibility; named; how named; anonymous; visibilité; visibilidad; sichtbarkeit",
    "language": "language; preferred language; langue; idioma; sprache; taal; lingua; língua; dil; язык; اللغة; زبان; تىل;"
    " 语言; 言語; 언어",
    "kind": "kind; organization or person; individual or organization; signatory type; art; genre; tipo de firmante",
    "qualifier": "qualifier; in a personal capacity; note after the name; zusatz; mention",
    "order": "order; position in the list; no; nr; number; ordre; orden; reihenfolge; sıra; номер; 序号; 順番",
    "decision_by": "decision by; decides on; board meeting; decision date; décision; fecha de decisión;"
    " entscheidung am; beslissing",
    "chaser": "chaser; who calls; responsible; follow up by; suivi par; seguimiento; zuständig; betreut von; verantwortlich",
    "note": "note; notes; comment; comments; remark; remarks; remarque; remarques; commentaire; nota; notas;"
    " observaciones; bemerkung; bemerkungen; anmerkung; kommentar; opmerking; opmerkingen; not; açıklama; примечание;"
    " комментарий; ملاحظات; 备注; 備註; 備考; 비고",
    "status": "status; état; estado; stand; durum; статус; الحالة; 状态",
    "signs_for": "signs for",
    "members": "members; membres; miembros; mitglieder",
    "condition": "condition; conditions; condición; bedingung",
    "how_agreed": "how agreed",
    "agreed_on": "agreed on",
}
_KNOWN = {
    fold_for_search(word): field
    for field, words in reversed(list(_CALLED.items()))
    for word in words.split(";")
} | {fold_for_search(field.replace("_", " ")): field for field in _CALLED}
_NEAR_ENOUGH = 0.84
_SHORTEST_NEAR = 4


def guess_columns(header: Sequence[str]) -> tuple[str, ...]:
    """Guess of each column what it holds, "" where nobody can tell; nothing is guessed of two columns."""
    scored = sorted(
        (
            (-score, place, field)
            for place, name in enumerate(header)
            for field, score in _fits(fold_for_search(name[:200]))
        ),
    )
    chosen: dict[int, str] = {}
    for _, place, field in scored:
        if place not in chosen and field not in chosen.values():
            chosen[place] = field
    return tuple(chosen.get(place, "") for place in range(len(header)))


def _fits(name: str) -> list[tuple[str, float]]:
    """Give what a folded name may mean, each with how well it fits."""
    if not name:
        return []
    if name in _KNOWN:
        return [(_KNOWN[name], 1.0)]
    words = name.split()
    whole = [
        (_KNOWN[part], 0.9 - 0.02 * (len(words) - size) - 0.01 * at)
        for size in range(len(words) - 1, 0, -1)
        for at in range(len(words) - size + 1)
        if (part := " ".join(words[at : at + size])) in _KNOWN
    ]
    if whole or len(name) < _SHORTEST_NEAR:
        return whole
    near = difflib.get_close_matches(name, _KNOWN, n=2, cutoff=_NEAR_ENOUGH)
    return [(_KNOWN[word], 0.5) for word in near]
