"""The activities and referrals of a case as cards: what they are, how far they are, their history in words, and what may be done with each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.cases.attached.showing import place_of_files
from services.cases.pages.entries import Entry
from services.cases.pages.links import Link
from services.cases.reading.words import Words
from shared.pages import Text, say

REFERRAL = "referral"
_ONWARDS = frozenset({"approve-referral", "send-referral", "take-next-alternative", "evaluate-referral", "chase-appointment"})
"""Steps that bring a referral on: they stand before those that turn it aside."""
_WITHHELD_STATES: Mapping[str, Text] = {"ended": say("Layanan ini sudah diberikan."), "under-way": say("Layanan ini sedang berjalan.")}


@dataclass(frozen=True, slots=True)
class Card:
    """title: the strategy. receiver: of a referral. owner: by name. state: where nothing of its history may be shown. entries: the newest first.

    files: where the files of an activity or a referral stand, for whoever may read it. over: nothing may be done with it any more.
    """

    title: Text
    receiver: str
    owner: str
    withheld: bool
    state: Text
    entries: Sequence[Entry]
    links: Sequence[Link]
    files: str = ""

    @property
    def over(self) -> bool:
        return not self.links


@dataclass(frozen=True, slots=True)
class Cards:
    """words: what strategies are called. entries, links: of the whole case. names: of whoever and whatever may be named.

    asked: the query that says why the case is read; empty where nobody asks.
    """

    words: Words
    entries: Sequence[Entry]
    links: Sequence[Link]
    names: Mapping[str, str]
    asked: str

    def of(self, told: Mapping[str, Any]) -> list[Card]:
        """The newest first; those with which nothing may be done any more last. told: the case as the reader may see it."""
        activities = [self._activity(each, told["id"]) for each in told["activities"]]
        referrals = [self._referral(each, told["id"]) for each in told.get("referrals", ())]
        found = sorted((*activities, *referrals), key=lambda each: each.entries[0].at if each.entries else "", reverse=True)
        return sorted(found, key=lambda each: each.over)

    def _activity(self, activity: Mapping[str, Any], case_id: str) -> Card:
        held = "withheld" in activity
        state = _WITHHELD_STATES.get(activity["state"], "") if held else ""
        card = self._card(activity["id"], self.words.titles[activity["strategy"]], "", activity["owner"], held, state)
        if held:
            return card
        return replace(card, files=place_of_files(case_id, "kegiatan", activity["id"]) + self.asked)

    def _referral(self, referral: Mapping[str, Any], case_id: str) -> Card:
        agency = self.names.get(referral["agency"], "")
        card = self._card(referral["referral"], self.words.titles[REFERRAL], agency, referral.get("owner"), False, "")
        shown = "alternatives" in referral  # not to whoever approves it from the summary
        return replace(card, files=place_of_files(case_id, "kegiatan", referral["referral"]) + self.asked) if shown else card

    def _card(self, subject: str, title: Text, receiver: str, owner: str | None, withheld: bool, state: Text) -> Card:
        entries = [each for each in reversed(self.entries) if each.subject == subject and not each.counting]
        links = sorted((each for each in self.links if each.subject == subject), key=lambda each: each.called not in _ONWARDS)
        return Card(title, receiver, self.names.get(owner or "", ""), withheld, state, entries, links)
