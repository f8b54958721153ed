"""JSON texts of frames that are sound, nearly sound, or made to break a parser."""

import json
from collections.abc import Mapping

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from contracts.kinds import CLIENT_FRAMES
from tests.hostile.world import MARKER

BOUNDARIES = [bound + step for bound in (0, 2**31, 2**32, 2**53, 2**63, 2**64, 10**30) for step in (-1, 0, 1)]
MOST = 4000  # characters of a message

# Texts of JSON values, as they are sent.
NUMBERS = [
    *map(str, BOUNDARIES),
    "-1",
    "-0",
    "1.0",
    "1.5",
    "-1e400",
    "1e400",
    "1E2",
    "9" * 5000,
    "0x1",
    "01",
    "+1",
    "1e",
]
NO_JSON = ["NaN", "Infinity", "-Infinity", "undefined", "'single'", "", "nul", "tru", "{", "[", '"', "//", "\\"]
STRINGS = [
    '""',
    '"\\u0000"',
    f'"{MARKER}\\u0000{MARKER}"',
    '"\\ud800"',  # half of a surrogate pair
    '"\\udc00\\ud800"',
    '"\\ud83d\\ude00"',
    '"\\u202etxt.exe"',  # turns the direction of writing
    '"\\u200b\\u200d\\ufeff"',  # nothing to be seen
    '"\\uffff\\ufffe"',
    '"\x01"',  # control characters must be escaped
    '"\\x41"',
    '" \\n\\t "',
    '"../../etc/passwd"',
    '"\'; DROP TABLE messages; --"',
    '"%s%n{0}${jndi:ldap://x}"',
]
LENGTHS = [f'"{character * size}"' for character in ("x", "\u00e9", "\U0001f600") for size in (MOST, MOST + 1)]
ESCAPED_LENGTHS = ['"' + r"\ud83d\ude00" * size + '"' for size in (MOST, MOST + 1)]
NESTED = [
    opening * depth + "1" + closing * depth for opening, closing in ("[]", ('{"a":', "}")) for depth in (10, 2000)
]
WORDS = ["null", "true", "false", "[]", "{}"]

hostile_values = st.sampled_from(
    [*NUMBERS, *NO_JSON, *STRINGS, *LENGTHS, *ESCAPED_LENGTHS, *NESTED, *WORDS]
) | st.builds(
    json.dumps,
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda values: st.lists(values, max_size=4) | st.dictionaries(st.text(max_size=5), values, max_size=4),
        max_leaves=10,
    ),
    ensure_ascii=st.booleans(),
)


def frame_texts(sound: Mapping[str, str]) -> SearchStrategy[str]:
    """Texts of frames whose fields are drawn from `sound`, JSON texts by name, or are hostile."""
    names = st.sampled_from([*sound, "type", "__proto__", "", "\u0000"])
    sound_fields = st.sampled_from([*sound.items()])
    types = st.tuples(st.just("type"), st.sampled_from([f'"{name}"' for name in CLIENT_FRAMES]))
    fields = st.lists(sound_fields | sound_fields | st.tuples(names, hostile_values), max_size=6)
    objects = st.builds(_object, st.tuples(types, fields).map(lambda drawn: [drawn[0], *drawn[1]]) | fields)
    return objects | objects | objects | hostile_values | st.builds(_damaged, objects, st.integers(0, 200), st.text())


def repeats_a_name(text: str) -> bool:
    """What an object means that names a field twice is nobody's agreement."""
    repeated = False

    def look(pairs: list[tuple[str, object]]) -> dict[str, object]:
        nonlocal repeated
        repeated = repeated or len({name for name, _ in pairs}) < len(pairs)
        return dict(pairs)

    try:
        json.loads(text, object_pairs_hook=look)
    except (ValueError, RecursionError):
        return False
    return repeated


def _object(fields: list[tuple[str, str]]) -> str:
    return "{" + ",".join(f"{json.dumps(name)}:{value}" for name, value in fields) + "}"


def _damaged(text: str, place: int, inserted: str) -> str:
    place %= len(text) + 1
    return text[:place] + inserted + text[place + 1 :]
