"""How urgent a finding is: verdict, sensitivity of the fields, volume, and what the owner expects."""

from collections.abc import Iterable

from auditor.model.dataset import DataSet
from auditor.model.finding import Severity

#: Categories that alone tell little of a person: an index with nothing else is one step less urgent.
WEAK = frozenset({"username", "ip_address", "device_id", "employment", "education", "age", "gender"})

#: Special categories (GDPR 9, 10; PIPL 28), identity numbers, secrets, health, money: a few records are enough.
SENSITIVE = frozenset(
    {
        "national_id", "passport", "drivers_license", "tax_id", "other_gov_id", "bank_account", "payment_card",
        "financial_profile", "health_record", "health_id", "biometric", "genetic", "credential", "ethnicity_race",
        "religion_belief", "political", "sexual_orientation", "criminal_record", "minor_info",
    }
)  # fmt: skip

#: From here on a weak set is no longer a handful of accounts.
MANY = 10_000

_STEPS = tuple(Severity)


def categories_of(dataset: DataSet) -> tuple[str, ...]:
    """The categories of its personal fields, each once, the likeliest of each field first."""
    return tuple(dict.fromkeys(category for field in dataset.personal for category in field.categories))


def of_dataset(base: Severity, dataset: DataSet) -> tuple[Severity, str]:
    """The severity of a data set with personal fields, and the reason in a sentence.

    The table: sensitive categories keep the rule's own severity whatever the volume; other direct identifiers too; weak
    ones alone lower it by one, unless there are `MANY` records; an empty set lowers it by two.
    """
    found = frozenset(categories_of(dataset))
    count = dataset.records
    volume = "an unknown number of records" if count is None else f"{count:,} record{'' if count == 1 else 's'}"
    if count == 0:
        return lower(base, 2), "It holds no records today; its fields say what it is meant for."
    if found <= WEAK:
        if count is not None and count < MANY:
            return lower(base, 1), f"Only weak identifiers ({_words(found)}) in {volume}."
        return base, f"Weak identifiers ({_words(found)}), but in {volume}."
    sensitive = found & SENSITIVE
    if sensitive:
        return base, f"Sensitive categories ({_words(sensitive)}) in {volume}."
    return base, f"Direct identifiers ({_words(found - WEAK)}) in {volume}."


def lower(severity: Severity, steps: int) -> Severity:
    """That many steps less urgent, never below info."""
    return _STEPS[min(_STEPS.index(severity) + steps, len(_STEPS) - 1)]


def most(severities: Iterable[Severity], least: Severity) -> Severity:
    """The most urgent of them, at least `least`."""
    return max((least, *severities), key=lambda severity: severity.rank)


def _words(categories: Iterable[str]) -> str:
    return ", ".join(sorted(category.replace("_", " ") for category in categories))
