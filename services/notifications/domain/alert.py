"""One alert and its ladder: counsellor, coordinator, principal, district duty, and never a person who is named in the concern.

In an emergency all rungs without a conflict hear at once, and again after 15 and 30 minutes. Otherwise one rung hears after another. A rung that is
vacant, absent or in conflict is skipped at once, and so is one whose messages can never arrive. The ladder ends when a person acknowledges, not when
somebody edits something (domain.md, Urgency). Where nobody of the district may take it either, those on the ladder are asked again (ADR 65).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, assert_never

from services.notifications.domain.outcome import Accepted, Later, Never, Outcome
from shared.decider import Decider
from shared.errors import Refused
from shared.events import AlertExhausted, StaffAlerted, Urgency
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact
from shared.retelling import retold

# commands ----------------------------------------------------------------------------------------------------------


class LadderStep(Fact):
    """minutes: after the alert was raised. people: who hears at this step."""

    minutes: float
    people: tuple[str, ...]


class RaiseAlert(Fact):
    """steps: the ladder as it stands now, without rungs that are vacant or in conflict. last_resort: id of the district's duty officer. give_up:
    minutes after which the alert goes to the last resort. excluded: people named in the concern, who hear nothing. plain: a message that asks for
    no acknowledgement: it ends when somebody got it. Its further steps are for whoever hears instead where it can never arrive.
    """

    alert: str
    case: str
    student: str | None
    school: str
    urgency: Urgency
    steps: tuple[LadderStep, ...]
    last_resort: str | None
    give_up: float
    excluded: tuple[str, ...] = ()
    plain: bool = False


class Climb(Fact):
    """The time of a step has come. step: counts from 0; one past the last step gives up."""

    step: int


class NoteAttempt(Fact):
    """What became of an attempt to reach this person at this step."""

    person: str
    step: int
    outcome: Outcome


class Acknowledge(Fact):
    """A person takes the alert in hand."""

    by: str


Command = RaiseAlert | Climb | NoteAttempt | Acknowledge


# events ------------------------------------------------------------------------------------------------------------


class AlertRaised(Event):
    type: Literal["alert-raised"] = "alert-raised"
    version: Literal[1] = 1
    alert: str
    case: str
    student: str | None
    school: str
    urgency: Urgency
    steps: tuple[LadderStep, ...]
    last_resort: str | None
    give_up: float
    excluded: tuple[str, ...] = ()
    plain: bool = False


LAST_RESORT_STEP = 100
"""The step number of the message to the last resort. No ladder is that long."""


class AlertStepTaken(Event):
    """These people are to hear now."""

    type: Literal["alert-step-taken"] = "alert-step-taken"
    version: Literal[1] = 1
    case: str
    urgency: Urgency
    step: int
    people: tuple[str, ...]


FIRST_ROUND = LAST_RESORT_STEP + 1
"""The step number of the first round of an alert that nobody of the district may take; further rounds are counted from there."""

SLOWEST = 1440.0
"""Minutes between two rounds when they have become slow; where the ladder itself is slower than that, its own time."""


class AlertRepeated(Event):
    """Everybody on the ladder is to hear again: nobody took the alert in hand, and nobody else may. again_after: minutes until the next round."""

    type: Literal["alert-repeated"] = "alert-repeated"
    version: Literal[1] = 1
    case: str
    urgency: Urgency
    step: int
    people: tuple[str, ...]
    again_after: float


class AlertUndelivered(Event):
    """The person can never be reached at this step, or what was sent came back. If a step reaches nobody, the next one follows at once."""

    type: Literal["alert-undelivered"] = "alert-undelivered"
    version: Literal[1] = 1
    person: str
    step: int


class AlertAcknowledged(Event):
    type: Literal["alert-acknowledged"] = "alert-acknowledged"
    version: Literal[1] = 1
    by: str


AlertEvent = AlertRaised | AlertStepTaken | AlertRepeated | AlertUndelivered | AlertAcknowledged | StaffAlerted | AlertExhausted


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Alert:
    """step: the last one taken, -1 before the first; of a round that goes on asking, too. told: (person, step) of each mail that was sent. missed: of
    each that could not be sent.
    """

    raised: AlertRaised | None = None
    step: int = -1
    told: frozenset[tuple[str, int]] = frozenset()
    missed: frozenset[tuple[str, int]] = frozenset()
    acknowledged_by: str | None = None
    exhausted: bool = False

    @property
    def ended(self) -> bool:
        return self.acknowledged_by is not None or self.exhausted

    @property
    def people(self) -> frozenset[str]:
        """Everybody on the ladder, and its last resort."""
        if self.raised is None:
            return frozenset()
        last = (self.raised.last_resort,) if self.raised.last_resort else ()
        return frozenset((*(person for step in self.raised.steps for person in step.people), *last))


initial = Alert()


def evolve(alert: Alert, event: AlertEvent) -> Alert:
    match event:
        case AlertRaised():
            return replace(alert, raised=event)
        case AlertStepTaken(step=step) | AlertRepeated(step=step):
            return replace(alert, step=step)
        case StaffAlerted(person=person, step=step):
            return replace(alert, told=alert.told | {(person, step)})
        case AlertUndelivered(person=person, step=step):
            return replace(alert, missed=alert.missed | {(person, step)})
        case AlertAcknowledged(by=by):
            return replace(alert, acknowledged_by=by)
        case AlertExhausted():
            return replace(alert, exhausted=True)
        case _:
            assert_never(event)


# decide ------------------------------------------------------------------------------------------------------------


class NoSuchAlert(Refused):
    code = "no-such-alert"
    status = 404
    indonesian = "Pemberitahuan ini tidak ada."
    english = "There is no such alert."


def decide(command: Command, alert: Alert) -> Sequence[AlertEvent]:
    if isinstance(command, RaiseAlert):
        return _raise(command, alert)
    if alert.raised is None:
        raise NoSuchAlert
    match command:
        case Climb(step=step):
            return _climb(step, alert, alert.raised)
        case NoteAttempt():
            return _attempted(command, alert, alert.raised)
        case Acknowledge(by=by):
            return [] if alert.acknowledged_by else [AlertAcknowledged(by=by)]
        case _:
            assert_never(command)


def _about(raised: AlertRaised) -> dict[str, str | None]:
    return {"case": raised.case, "student": raised.student, "school": raised.school}


def _raise(command: RaiseAlert, alert: Alert) -> Sequence[AlertEvent]:
    if alert.raised is not None:
        return []
    raised = retold(AlertRaised, command)
    return [raised, *_climb(0, Alert(raised), raised)]


def _climb(step: int, alert: Alert, raised: AlertRaised) -> Sequence[AlertEvent]:
    if alert.acknowledged_by or step <= alert.step:
        return []
    if step >= FIRST_ROUND:
        return [_round(step, raised)]
    if alert.exhausted:
        return []
    if step >= len(raised.steps):
        return _given_up(raised.last_resort, raised)
    return [AlertStepTaken(case=raised.case, urgency=raised.urgency, step=step, people=raised.steps[step].people)]


def _given_up(last_resort: str | None, raised: AlertRaised) -> list[AlertEvent]:
    """It is the last resort's now. Where there is none, the ladder is asked again: waiting for somebody to look at a list would be silence."""
    exhausted = AlertExhausted(alert=raised.alert, person=last_resort, **_about(raised))
    goes_on = last_resort is None and raised.steps and not raised.plain
    return [exhausted, _round(FIRST_ROUND, raised)] if goes_on else [exhausted]


def _round(step: int, raised: AlertRaised) -> AlertRepeated:
    """Each round waits twice as long as the one before it, up to a day."""
    people = tuple(dict.fromkeys(person for each in raised.steps for person in each.people))
    minutes = min(raised.give_up * 2.0 ** min(step - FIRST_ROUND, 20), max(raised.give_up, SLOWEST))
    return AlertRepeated(case=raised.case, urgency=raised.urgency, step=step, people=people, again_after=minutes)


def _attempted(command: NoteAttempt, alert: Alert, raised: AlertRaised) -> Sequence[AlertEvent]:
    message = (command.person, command.step)
    match command.outcome:
        case Accepted():
            told = StaffAlerted(alert=raised.alert, person=command.person, step=command.step, **_about(raised))
            return [] if message in alert.told else [told]
        case Later():
            return []
        case Never(why=why):
            ended = message in alert.missed or (message in alert.told and why != "returned")
            return [] if ended else _unreachable(command, alert, raised)
        case _:
            assert_never(command.outcome)


def _unreachable(command: NoteAttempt, alert: Alert, raised: AlertRaised) -> Sequence[AlertEvent]:
    """A step that can reach nobody ends at once. Waiting for its time would be silence."""
    missed = AlertUndelivered(person=command.person, step=command.step)
    if command.step == LAST_RESORT_STEP and not alert.acknowledged_by:
        return [missed, *_given_up(None, raised)]
    if alert.ended or command.step != alert.step:
        return [missed]
    after = evolve(alert, missed)
    reached_nobody = all((person, command.step) in after.missed for person in raised.steps[command.step].people)
    return [missed, *_climb(command.step + 1, after, raised)] if reached_nobody else [missed]


ALERT: Decider[Command, Alert, AlertEvent] = Decider(
    initial, decide, evolve, EventCodec(AlertRaised, AlertStepTaken, AlertRepeated, AlertUndelivered, AlertAcknowledged, StaffAlerted, AlertExhausted)
)
