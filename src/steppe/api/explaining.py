"""Why: an event, a story, a measure, the typical replicate of a run in hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from steppe.api.settings import from_python

if TYPE_CHECKING:
    from steppe.results.query import Run as Stored


class Why(dict[str, Any]):
    """The data of `steppe explain … --json`; printed, it is the text.  found : the same as a dataclass"""

    def __init__(self, found: Any, text: Callable[[], str]) -> None:
        super().__init__(found.as_dict())
        self.found, self._text = found, text

    def __repr__(self) -> str:
        return self._text()


class Explaining:
    """What `steppe.Run` can say of why; see docs/explaining.md."""

    stored: Stored

    def explain_event(
        self,
        kind: str,
        *names: str,
        scenario: str | None = None,
        replicate: int | None = None,
        year: int | None = None,
    ) -> Why:
        """Why an event happened: what was weighed, against the year before, and what it rests on.

        kind : of event, ``left``;  names : whom it concerns, ``"UZB", "EAEU"``
        scenario : needless where there is one, or one with a counterfactual;  replicate : None for that of the median date
        Raises InputError, with the nearest events, where there was no such event.

            >>> import steppe
            >>> run = steppe.run(world="toy", scenario="arvand_admitted_to_rivers", replicates=4, years=1)
            >>> run.explain_event("intervention", "AAA", "RIVERS")["origin"]
            'interventions'
        """
        from steppe.analysis.explaining.events import explain_event
        from steppe.report.explain import event_text_of

        with from_python():
            found = explain_event(self.stored, kind, names, scenario, replicate, year)
        return Why(found, lambda: event_text_of(found, str(self.stored.path), self.stored.stages))

    def story(self, name: str, *, scenario: str | None = None, replicate: int | None = None) -> Why:
        """A state, organisation, process or segment through a replicate; through the typical one if none is named.

        >>> import steppe
        >>> run = steppe.run(world="toy", replicates=4, years=1)
        >>> run.story("AAA", replicate=2)["kind"]
        'state'
        """
        from steppe.analysis.explaining.stories import story
        from steppe.report.explain_runs import story_text

        with from_python():
            found = story(self.stored, name, scenario, replicate)
        return Why(found, lambda: story_text(found, self.stored.stages))

    def explain_measure(
        self, measure: str, entity: str, *, year: int | None = None, scenario: str | None = None, top: int = 8
    ) -> Why:
        """What a measure hangs on: replicates on either side, and the quantities that move it most, with their sources.

        >>> import steppe
        >>> run = steppe.run(world="toy", replicates=4, years=1)
        >>> run.explain_measure("depth", "UNION")["n"]
        4
        """
        from steppe.analysis.explaining.measuring import explain_measure
        from steppe.report.explain_runs import measure_text

        with from_python():
            found = explain_measure(self.stored, measure, entity, year, scenario, top)
        return Why(found, lambda: measure_text(found, str(self.stored.path)))

    def typical(
        self, *, scenario: str | None = None, clusters: int | None = None, about: tuple[str, ...] = ()
    ) -> Why:
        """The typical replicate of a scenario, and the main kinds of future with their shares.

        >>> import steppe
        >>> run = steppe.run(world="toy", replicates=4, years=1)
        >>> run.typical(clusters=1)["replicates"]
        4
        """
        from steppe.analysis.explaining.typical import typical
        from steppe.report.explain_runs import typical_text

        with from_python():
            found = typical(self.stored, scenario, clusters, about)
        return Why(found, lambda: typical_text(found, str(self.stored.path), self.stored.stages))
