"""How urgent a finding is: verdict, what the records are, how sensitive, how many, and what the owner expects."""

from collections.abc import Iterable

from auditor.model.dataset import DataSet, Gravity, RecordFinding
from auditor.model.enumeration import enumerated
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

    The table: an empty set lowers the rule's own severity by two. Grave and serious records keep it whatever the
    volume, and so does any that is about children, bears labels of a police watch-list or has a sensitive category.
    Slight ones (a log with accounts) lower it by two, by one from `MANY` on. Where the record is of no known kind its
    fields decide: sensitive categories and other direct identifiers keep it; weak ones alone lower it by one, unless
    there are `MANY`. An unknown number counts as many.
    """
    record, count = dataset.record, dataset.records
    volume = "an unknown number of documents" if count is None else f"{count:,} document{'' if count == 1 else 's'}"
    if count == 0:
        return lower(base, 2), _sentence(record, "it holds no documents today; its fields say what it is meant for")
    found = frozenset(categories_of(dataset))
    many = count is None or count >= MANY
    sensitive, weak = found & SENSITIVE, found <= WEAK
    steps = 0
    if record is None or record.gravity is None:
        steps = 1 if weak and not many else 0
    elif record.gravity is Gravity.SLIGHT and not (sensitive or record.minors or record.key_person):
        steps = 1 if many else 2
    if weak:
        what = f"{'weak' if many else 'only weak'} identifiers ({_words(found)})"
    elif sensitive:
        what = f"sensitive categories ({_words(sensitive)})"
    else:
        what = f"direct identifiers ({_words(found - WEAK)})"
    return lower(base, steps), _sentence(record, f"{what} in {volume}")


def _sentence(record: RecordFinding | None, what: str) -> str:
    """What was found, after what the records are and before what that rests on."""
    plain = f"{what[0].upper()}{what[1:]}."
    if record is None:
        return plain
    return f"{plain if record.gravity is None else f'{_named(record)}: {what}.'} Recognised by {record.why}."


def _named(record: RecordFinding) -> str:
    """What the records are: "A patient record with minors, also civil identity record"."""
    titles = [kind.title for kind in (record.kind, *record.further)]
    first, *others = (title[:1].lower() + title[1:] if title[1:2].islower() else title for title in titles)
    article = "An" if first[:1] in set("aeiou") else "A"
    called = [word for word, holds in (("minors", record.minors), ("key persons", record.key_person)) if holds]
    within = f" with {' and '.join(called)}" if called else ""
    also = f", also {enumerated(others)}" if others else ""
    return f"{article} {first}{within}{also}"


def lower(severity: Severity, steps: int) -> Severity:
    """That many steps less urgent, never below info."""
    return _STEPS[min(_STEPS.index(severity) + steps, len(_STEPS) - 1)]


def most(severities: Iterable[Severity], least: Severity) -> Severity:
    """The most urgent of them, at least `least`."""
    return max((least, *severities), key=lambda severity: severity.rank)


def _words(categories: Iterable[str]) -> str:
    return ", ".join(sorted(category.replace("_", " ") for category in categories))
