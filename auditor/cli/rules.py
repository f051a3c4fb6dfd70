"""`auditor rules`: check packs of personal-data rules, or show what is in force. Nothing is asked of any server."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from auditor.cli.plan_text import counted
from auditor.export.visible import visible
from auditor.pii.packs import RuleFile, load_packs, read_file
from auditor.pii.record_rule import RecordLabel, RecordRule
from auditor.pii.rulecheck import Weight
from auditor.pii.rulecheck import check as check_packs
from auditor.pii.rulepack import Category, RuleError, RulePack, Strength
from auditor.plugins import PluginError
from auditor.suggest import did_you_mean

Command = TypeVar("Command", bound=Callable[..., Any])

INVALID_CODE = 2
WRONG_CODE = 3


def rules_option(command: Command) -> Command:
    """Gives a command `--rules FILE`, repeatable, as its parameter `rules`: files that are read at once."""
    option = click.option(
        "--rules",
        envvar="AUDITOR_RULES",
        type=click.Path(),  # so that the variable may hold several, as PATH does
        multiple=True,
        metavar="FILE",
        callback=lambda ctx, param, paths: read_files(paths),
        help="Rules of your own beside those that come with us (repeatable); see docs/adding-a-rule.md.",
    )
    return option(command)


def read_files(paths: tuple[str, ...]) -> tuple[RuleFile, ...]:
    """The files at `paths`.

    Raises:
        UsageError: one cannot be read.
    """
    try:
        return tuple(read_file(Path(path)) for path in paths)
    except RuleError as error:
        raise click.UsageError(str(error)) from error


def packs_of(files: tuple[RuleFile, ...]) -> tuple[RulePack, ...]:
    """The packs in force with `files`.

    Ends the process with exit code 2 and every problem on stderr, one a line, where one is wrong.
    """
    try:
        return load_packs(files)
    except RuleError as error:
        lines = str(error).splitlines()
        for line in lines:
            click.echo(visible(line, 1_000), err=True)
        click.echo(f"{counted(len(lines), 'problem')}; the rules are not used", err=True)
        sys.exit(INVALID_CODE)
    except PluginError as error:
        raise click.UsageError(str(error)) from error


@click.group()
def rules() -> None:
    """Check rules of personal data, or show those in force. docs/adding-a-rule.md tells how to write them.

    \b
    auditor rules check my-rules.yaml
    auditor rules list
    auditor rules show phone
    """  # noqa: D301 - click wants the character itself


@rules.command("check")
@click.argument("files", nargs=-1, metavar="[FILE…]")
@click.option("-v", "--verbose", is_flag=True, help="Name the terms of installed packs that stand twice as well.")
def check_command(files: tuple[str, ...], *, verbose: bool) -> None:
    """Try every example of the rules in force, those of FILEs included, and say what does not hold, with its place.

    Exit code 0 if all hold; 2 if a FILE is no rules: not YAML, a word that is not known, a regulation that nothing
    describes; 3 if an example does not hold, or a new category lacks examples. Terms that are known already are named
    on standard output, and change no exit code.
    """
    given = read_files(files)
    packs = packs_of(given)
    remarks = list(check_packs(packs, given))
    wrong = sum(remark.weight is Weight.WRONG for remark in remarks)
    twice = sum(remark.weight is Weight.TWICE for remark in remarks)
    for remark in remarks:
        if remark.weight is not Weight.TWICE or verbose:
            note = "" if remark.weight is Weight.WRONG else "note: "
            click.echo(f"{note}{visible(str(remark), 1_000)}", err=remark.weight is Weight.WRONG)
    if twice and not verbose and not given:
        click.echo(f"note: {counted(twice, 'term')} of installed packs stand twice (-v names them)")
    told = _told(packs[len(packs) - len(given) :] if given else packs)
    if given:
        told = f"{', '.join(visible(file.name) for file in given)}: {told}, tried with the rules in force"
    if wrong:
        click.echo(f"{told}: {wrong:,} {'does' if wrong == 1 else 'do'} not hold", err=True)
        sys.exit(WRONG_CODE)
    click.echo(f"{told}: all hold")


def _told(packs: Sequence[RulePack]) -> str:
    rules_: list[Category | RecordRule | RecordLabel] = []
    for pack in packs:
        rules_ += [*pack.categories, *pack.records, *pack.record_labels]
    kinds = sum(len(pack.records) for pack in packs)
    told = (
        counted(len({category.id for pack in packs for category in pack.categories}), "category", "categories"),
        counted(kinds, "kind of record", "kinds of record") if kinds else "",
        counted(sum(len(pack.terms) for pack in packs), "term"),
        counted(sum(len(rule.accepted) + len(rule.rejected) for rule in rules_), "example"),
    )
    return ", ".join(filter(None, told))


@rules.command("list")
@rules_option
def list_command(rules: tuple[RuleFile, ...]) -> None:
    """List the categories in force: id, title, how many terms in which languages, and the pack each comes from."""
    packs = packs_of(rules)
    rows = []
    for identity, (pack, category) in _categories(packs).items():
        terms = [term for other in packs for term in other.terms if term.category == identity]
        languages = sorted({term.language.partition("-")[0] for term in terms})
        rows.append((identity, category.title, f"{len(terms):,}", ", ".join(languages), pack.name))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for identity, title, terms_, languages_, name in rows:
        line = f"{identity:<{widths[0]}}  {title:<{widths[1]}}  {terms_:>{widths[2]}} terms  {languages_}  {name}"
        click.echo(visible(line, 1_000))


@rules.command("show")
@click.argument("category")
@rules_option
def show_command(category: str, rules: tuple[RuleFile, ...]) -> None:
    """Show all that is known of CATEGORY: its terms by language and strength, its articles, its examples."""
    packs = packs_of(rules)
    known = _categories(packs)
    if category not in known:
        hint = did_you_mean(category, known) or "; auditor rules list names them"
        raise click.UsageError(f"there is no category '{category}'{hint}")
    pack, entry = known[category]
    described = {identity: regulation for other in packs for identity, regulation in other.regulations}
    click.echo(f"{entry.id}: {visible(entry.title)} ({pack.name})")
    for word in entry.regulations:
        click.echo(f"  {described[word].framework} {described[word].id}: {visible(described[word].why)}")
    click.echo(f"  values: {', '.join(sorted(entry.shapes))}")
    additions = [one for other in packs for one in other.categories if one.id == category]
    for title, words in (
        ("not beside", [word for one in additions for word in one.avoid]),
        ("parts", [word for one in additions for word in one.parts]),
        ("yes", [text for one in additions for text in one.accepted]),
        ("no", [text for one in additions for text in one.rejected]),
    ):
        if words:
            click.echo(f"  {title}: {visible(('; ' if title in ('yes', 'no') else ', ').join(words), 4_000)}")
    found: dict[tuple[str, Strength], list[str]] = {}
    for other in packs:
        for term in other.terms:
            if term.category == category:
                found.setdefault((term.language, term.strength), []).append(term.text)
    for (language, strength), texts in sorted(found.items()):
        click.echo(f"  {language} {strength}: {visible(', '.join(texts), 4_000)}")


def _categories(packs: tuple[RulePack, ...]) -> dict[str, tuple[RulePack, Category]]:
    """Each category by its id, with the pack that brings it; what only adds to one is passed over."""
    found: dict[str, tuple[RulePack, Category]] = {}
    for pack in packs:
        for category in pack.categories:
            if category.title:
                found.setdefault(category.id, (pack, category))
    return found
