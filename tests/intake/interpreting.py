"""A whole bundle as it is read, and what an import of it would do, for bundles that fit into memory."""

from dataclasses import dataclass, field

from services.intake.roster.known import Known
from services.intake.roster.people import Roster, RosterReader
from services.intake.roster.person import Person
from services.intake.roster.planning import Digest, Plan, adjusted, begun, count_classes, refuse, register, taken_of
from services.intake.roster.reading import Bundle
from services.intake.roster.refusing import Accepted, leaving
from services.intake.roster.spool.spool import PORTION, Spool
from services.intake.roster.tallying import Tally, group_of


def interpret(bundle: Bundle, known: Known | None = None, *, portion: int = PORTION) -> Roster:
    """All portions together."""
    known = known or Known()
    with Spool(portion) as spool:
        spool.known.keep(known.people)
        reader = RosterReader(bundle, Known(schools=known.schools, appointed=known.appointed), spool)
        portions = [reader.portion(number)[0] for number in range(len(reader.portions))]
        people = [person for each in portions for person in each.people]
        gone = frozenset(person for each in portions for person in each.gone)
        return Roster(reader.whole.schools, people, reader.set_aside(), gone, reader.whole.covers, reader.whole.nameless)


@dataclass
class WholePlan(Plan):
    """people: who is registered. departures: person and school."""

    people: list[Person] = field(default_factory=list)
    departures: list[tuple[str, str]] = field(default_factory=list)


def plan(roster: Roster, known: Known, accept: Accepted, digest: Digest) -> WholePlan:
    """What an import would do with a roster of which nothing is left to be filled in."""
    tally, gone = Tally(), leaving(roster, known)
    tally.add(roster, known, gone)
    begun_ = begun(roster.schools, tally, accept)
    made = WholePlan(begun_.schools, begun_.refused, left=begun_.left, counts=begun_.counts)
    made.departures = [(person, known.people[person].school) for person in gone if group_of(known.people[person]) not in made.staying]
    taken = taken_of(made, roster.people, known)
    refuse(made, [person for person in roster.people if person not in taken])
    exist = frozenset((known.people.keys() - {person for person, _ in made.departures}) | {person.id for person in taken})
    made.people = register(made, taken, adjusted(made, taken, known, exist), known, digest)
    count_classes(made, tally)
    return made
