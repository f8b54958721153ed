"""One guard of the product, the way to remove it, and the tests that must notice."""

from dataclasses import dataclass


class DoesNotApply(Exception):
    """The text to replace is not in the file exactly once: the catalogue has to follow the code."""


@dataclass(frozen=True)
class Mutant:
    guard: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    """Files or single tests; at least one of them must fail."""

    def applied_to(self, text: str) -> str:
        """The file without the guard. Raises DoesNotApply."""
        if text.count(self.old) != 1:
            raise DoesNotApply(f"{self.guard}: the text is {text.count(self.old)} times in {self.file}")
        return text.replace(self.old, self.new)
