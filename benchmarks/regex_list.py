"""A plain list of regular expressions, as one writes it for a day's audit: 26 categories, English, the name alone."""

import re

_WORDS = {
    "person_name": r"(first|last|full|middle|given|family|sur|maiden|nick)_?name|^name$|fname|lname",
    "email": r"e_?-?mail",
    "phone": r"phone|mobile|cell(?!_?(id|type))|\btel\b|fax|msisdn|whatsapp",
    "postal_address": r"addr|street|zip_?code|postal|post_?code|\bcity\b|house_?n(o|um)",
    "social_account": r"facebook|twitter|wechat|linkedin|telegram|instagram",
    "national_id": r"\bssn\b|social_?security|national_?id|id_?card|aadh?aar|\bcpf\b|\bnric\b|pesel|curp",
    "passport": r"passport",
    "drivers_license": r"driv(er|ing)s?_?licen[cs]e|\bdl_?n(o|um)",
    "tax_id": r"tax_?(id|n(o|um))|\btin\b|\bitin\b|\bnif\b",
    "bank_account": r"\biban\b|account_?n(o|um)|bank_?acc|routing|sort_?code|\bbic\b|swift",
    "payment_card": r"(credit|debit|payment)?_?card_?(n(o|um)|holder|exp)|\bcvv\b|\bcvc\b|\bpan\b",
    "financial_profile": r"salary|income|credit_?score|wage|net_?pay",
    "health_record": r"diagnos|disease|medic(al|ation)|allerg|symptom|treatment|blood_?type",
    "health_id": r"patient_?(id|n(o|um))|\bmrn\b|medical_?record|insurance_?n(o|um)",
    "biometric": r"finger_?print|face_?id|\biris\b|biometric|voice_?print",
    "genetic": r"\bdna\b|genom|genotype",
    "birth_date": r"birth|\bdob\b|born",
    "age": r"\bage\b",
    "gender": r"gender|\bsex\b",
    "nationality": r"nationality|citizenship",
    "ethnicity_race": r"ethnic|\brace\b",
    "religion_belief": r"religio|\bfaith\b",
    "marital_family": r"marital|spouse|children|next_?of_?kin",
    "ip_address": r"\bip(v[46])?\b|ip_?addr|client_?ip",
    "geo_location": r"\blat(itude)?\b|\blon(g|gitude)?\b|geo_?(point|loc)",
    "credential": r"passw(or)?d|passphrase|secret|api_?key|\bpin\b",
}
PATTERNS = {category: re.compile(pattern) for category, pattern in _WORDS.items()}
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")


def categories_of(path: str) -> tuple[str, ...]:
    """The categories whose expression is found in a field's own name, words told apart by underscores."""
    name = _HUMPS.sub("_", path.rpartition(".")[2]).lower()
    # so that \b stands between words as well: "date_of_birth" holds none otherwise
    words = name.replace("_", " ") + " " + name
    return tuple(category for category, pattern in PATTERNS.items() if pattern.search(words))
