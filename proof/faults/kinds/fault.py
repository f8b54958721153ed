"""The interface of a kind of fault, and its target."""

import random
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

from proof.faults.stage import Stage
from proof.faults.workload import Manners, Workload

OptionT = TypeVar("OptionT")


class NotPossibleHere(Exception):
    """This machine lacks a requirement of the fault; the message names it."""


@dataclass(frozen=True)
class Measured:
    """Something that must not take longer, or be more, than `most`."""

    what: str
    value: float
    most: float
    unit: str = "s"

    @property
    def too_much(self) -> bool:
        return self.value > self.most

    def __str__(self) -> str:
        return f"{self.what}: {self.value:.2f} {self.unit} (at most {self.most:g} {self.unit})"


@dataclass
class Scene:
    """One round: people talk on a stage, and something is about to break."""

    stage: Stage
    workload: Workload
    seed: int
    chance: random.Random
    did: str = ""
    """What was done, in words."""
    problems: list[str] = field(default_factory=list)
    measured: list[Measured] = field(default_factory=list)

    def turn(self, options: Sequence[OptionT], *, every: int = 1) -> OptionT:
        """One of the options; rounds with following seeds take them in turn, each for `every` rounds."""
        return options[self.seed // every % len(options)]


class Fault(ABC):
    """One kind of fault; an object of it is used for many rounds, one after another.

    A round: people talk, `inject`, `hold`, `heal`; then pushes must reach everybody again, `verdict` adds what this
    kind demands, and the checker looks at everything. `set_up` and `tear_down` come before and after all rounds.
    """

    name: ClassVar[str]
    number: ClassVar[int]
    """Its row in the delivery contract's table of faults."""
    rounds: ClassVar[int] = 20
    """In a run of all kinds."""
    heard_within: ClassVar[float] = 10.0
    """Seconds after healing in which a push must reach everybody."""
    manners: ClassVar[Manners] = Manners()
    decides_again: ClassVar[bool] = False
    """Notifications is killed, and may decide again about what it decided in its last second."""

    async def set_up(self, stage: Stage) -> None:  # noqa: B027 - most kinds need none
        """Make the stage ready. Raises NotPossibleHere."""

    @abstractmethod
    async def inject(self, scene: Scene) -> None:
        """Inject the fault, and describe it in `scene.did`."""

    async def hold(self, scene: Scene) -> None:  # noqa: B027 - as above
        """Return when it has been broken for long enough."""

    async def heal(self, scene: Scene) -> None:  # noqa: B027 - as above
        """Repair it."""

    async def verdict(self, scene: Scene) -> None:  # noqa: B027 - as above
        """Add this kind's own checks to `scene.problems` and `scene.measured`."""

    async def tear_down(self, stage: Stage) -> None:  # noqa: B027 - as above
        """Leave the stage as it was found."""
