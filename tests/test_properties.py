"""Properties: what holds for any input at all, invented by a program that looks for what breaks it."""

import sys
from pathlib import Path

import pytest
from conftest import PROJECT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.citations import parse_group
from kb.contract import Contract, Kept, read_contract, write_contract
from kb.plain_yaml import read_yaml
from kb.redirects import Moves, Redirect

sys.path.insert(0, str(PROJECT))
from tests.fuzz.targets import TARGETS

CORPUS = sorted(file for file in (PROJECT / "tests/fuzz/corpus").rglob("*") if file.is_file())
MANY = settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
KEYS = st.from_regex(r"[a-zA-Z][a-z0-9]{0,8}([:.-][a-z0-9]{1,4})?", fullmatch=True)
WORDS = st.text(alphabet="abc ,.–pé0123456789", max_size=12)
PARTS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,6}", fullmatch=True)
ADDRESSES = st.builds(
    lambda parts, mark: "/" + "".join(f"{part}/" for part in parts) + mark,
    st.lists(PARTS, max_size=3),
    st.one_of(st.just(""), PARTS.map("#{}".format)),
)
SIGNS = st.text(alphabet="[]@{}<>;:,.-_*`#\\!|&=/\"'\n\t aé\u200f0😀", max_size=200)


@pytest.mark.parametrize("file", CORPUS, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_case_that_a_fuzzer_found_stays_mended(file):
    """A case that once broke a parser never does so again."""
    TARGETS[file.parent.name](file.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_no_parser_breaks_on_any_text(name):
    """Whatever a file holds, its reader ends in findings, never in an error of its own."""
    shapes = st.one_of(
        st.binary(max_size=300),
        SIGNS.map(str.encode),
        *(
            st.builds(_mixed, st.just(file.read_bytes()), st.integers(0, 400), SIGNS)
            for file in CORPUS
            if file.parent.name == name
        ),
    )

    @MANY
    @given(shapes)
    def run(data):
        TARGETS[name](data)

    run()


def _mixed(data, place, signs):
    """Put any signs into a good file at any place."""
    place = min(place, len(data))
    return data[:place] + signs.encode() + data[place:]


@MANY
@given(st.lists(st.tuples(KEYS, st.booleans(), WORDS), min_size=1, max_size=4))
def test_a_citation_group_is_read_as_it_was_written(works):
    """Whoever cites any works, in any number, gets exactly those, in order."""
    text = "; ".join(
        f"{'-' if alone else ''}@{key}{', ' + words.strip() if words.strip() else ''}" for key, alone, words in works
    )
    group = parse_group(text)
    assert group is not None
    assert [cite.key for cite in group] == [key for key, _, _ in works]


@MANY
@given(st.dictionaries(ADDRESSES, ADDRESSES, max_size=12))
def test_every_chain_of_redirects_ends(pairs):
    """A reader at any old address arrives somewhere, even when the lines make a circle."""
    moves = Moves({old: Redirect(old, new, 1) for old, new in pairs.items()})
    for old in pairs:
        end = moves.final(old)
        assert isinstance(end, str)
        step = moves.step(end)
        assert step is None or step == end or moves.final(step) is not None


@MANY
@given(st.lists(st.tuples(ADDRESSES, st.dates(), st.one_of(st.just(""), ADDRESSES)), max_size=8), st.booleans())
def test_a_contract_is_read_as_it_was_written(lines, draft):
    """No address that was promised is lost between one release and the next."""
    made = Contract({address: Kept(address, day, page) for address, day, page in lines}, draft)
    read, findings = read_contract(write_contract(made), "contract.txt")
    assert findings == []
    assert read == made


@MANY
@given(
    st.dictionaries(
        KEYS, st.one_of(st.integers(), st.booleans(), st.lists(WORDS, max_size=3), WORDS), min_size=1, max_size=6
    )
)
def test_plain_fields_are_read_as_they_were_written(fields):
    """What a writer puts into fields comes out of them, each with its line."""
    import yaml  # noqa: PLC0415 - only to write

    text = yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=10_000)
    plain, findings = read_yaml(text, "a.yml", before=3)
    if not any(isinstance(yaml.safe_load(key), (bool, type(None))) for key in fields):
        assert findings == []
        assert plain.value == fields
    assert all(line > 3 for line in plain.fields.values())


def test_the_corpus_has_a_case_for_each_parser():
    """A parser that nobody fuzzes is not forgotten."""
    assert {Path(file).parent.name for file in CORPUS} == set(TARGETS)
