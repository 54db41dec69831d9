"""One school day through the API: whom its stories are about, who acts, and what they do. It touches only cases that it began itself."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx

from district.commands.shell import checked
from district.demo.kept import Kept, Raised, write_kept
from district.demo.stage import Stage
from district.sample.agencies import AGENCIES, agency_id
from district.sample.people import District
from shared.errors import TanggapError

PATIENCE = 45.0
"""How many seconds to wait for any one condition of the day."""


class LeftAlone(TanggapError):
    """The case is not the day's alone: somebody else has raised a concern in it, or there is none."""

    code = "left-alone"


@dataclass(frozen=True, slots=True)
class OwnFiles:
    """Files of one's own, in place of the sample's."""

    roster: Path | None = None
    agencies: Path | None = None
    concerns: Path | None = None

    def given(self) -> tuple[Path, ...]:
        return tuple(each for each in (self.roster, self.agencies, self.concerns) if each)


@dataclass
class Day:
    """The state of the day. ids: the id that the import gives to a key of the sample. kept: its account, which lies in `file`.

    cases: all that the district's desk may read, by id; `own_cases` are the day's.
    """

    stage: Stage
    district: District
    ids: Callable[[str], str]
    client: httpx.Client
    file: Path
    kept: Kept = field(default_factory=Kept)
    own: OwnFiles = OwnFiles()
    cases: dict[str, dict[str, Any]] = field(default_factory=dict)
    played_now: bool = False

    # its account --------------------------------------------------------------------------------------------------

    @property
    def raised(self) -> list[Raised]:
        return self.kept.raised

    @property
    def told(self) -> list[tuple[str, str]]:
        return self.kept.told

    @property
    def untold(self) -> list[tuple[str, str]]:
        return self.kept.untold

    @property
    def shown(self) -> list[tuple[str, str]]:
        return self.kept.shown

    @property
    def missing(self) -> list[str]:
        return self.kept.missing

    @property
    def deputies(self) -> dict[str, str]:
        return self.kept.deputies

    def keep(self, step: str, seconds: float) -> None:
        """A step was played. seconds: how long it took."""
        if step in self.kept.steps:
            return
        self.played_now = True
        self.kept.steps.append(step)
        self.kept.seconds += seconds
        write_kept(self.file, self.kept)

    # concerns -----------------------------------------------------------------------------------------------------

    def raise_concern(self, told: dict[str, Any]) -> None:
        """Raises one concern, with an idempotency key as a machine must send it."""
        headers = self.stage.home.service_headers() | {"idempotency-key": told["key"]}
        answer = checked(self.client.post(f"{self.stage.origin}/intake/api/concerns", json=told["body"], headers=headers))
        students = tuple(each["id"] for each in told["body"]["students"] if each.get("id"))
        if all(each.concern != answer["concern_id"] for each in self.raised):
            self.raised.append(Raised(answer["concern_id"], answer["receipt"], told["key"], told["note"], students))

    def wait_for_cases(self) -> None:
        """Waits until every concern has become a strand of a case."""
        wanted = {each.concern for each in self.raised}
        if not self.wait(lambda: wanted <= self._seen(), "a case for every concern"):
            self.missing.extend(f"no case for {each.key}" for each in self.raised if each.concern not in self._seen())

    def _seen(self) -> set[str]:
        self.read_cases()
        return {strand["concern"] for case in self.cases.values() for strand in case["strands"]}

    def read_cases(self) -> None:
        """All cases, also those of visitors. Only the auditor looks at them: whoever reads words makes a report *read*."""
        headers, looks = self.duty(), self.auditor()
        page: str | None = None
        while True:
            query = {"cursor": page} if page else {}
            told = checked(self.client.get(f"{self.stage.origin}/cases/api/cases", params=query, headers=headers))
            for row in told["items"]:
                known = self.cases.get(row["id"])
                if known is None or known["version"] != row["version"]:
                    self.cases[row["id"]] = checked(self.client.get(f"{self.stage.origin}/cases/api/cases/{row['id']}", headers=looks))
            page = told["next"]
            if not page:
                return

    def own_cases(self) -> list[dict[str, Any]]:
        """The cases that the day began and that are its own alone."""
        return [case for case in self.cases.values() if self.is_own(case)]

    def is_own(self, case: dict[str, Any]) -> bool:
        """Every concern in it is one that the day raised: what a visitor raised is for the visitor to work on."""
        return {strand["concern"] for strand in case["strands"]} <= {each.concern for each in self.raised}

    def case_of(self, key: str) -> dict[str, Any] | None:
        """The case of the concern with this key. If it names several students, the case of the first."""
        concern = next((each for each in self.raised if each.key == key), None)
        if concern is None:
            return None
        found = [case for case in self.cases.values() if any(strand["concern"] == concern.concern for strand in case["strands"])]
        return next((case for case in found if concern.students[:1] in ((), (case["student"],))), None)

    def case_of_student(self, key: str, student: str) -> dict[str, Any] | None:
        """The case that the concern with this key made for a student."""
        concern = next((each.concern for each in self.raised if each.key == key), None)
        mine = [case for case in self.cases.values() if case["student"] == self.ids(student)]
        return next((case for case in mine if any(strand["concern"] == concern for strand in case["strands"])), None)

    def guardian_of(self, student: str | None) -> str | None:
        """A guardian of a student of the sample."""
        person = next((each for each in self.district.people if self.ids(each.key) == student), None)
        return self.ids(person.guardians[0]) if person and person.guardians else None

    def name_of(self, person: str) -> str:
        """Somebody of the sample, or an agency, by name; anybody else as the case names them."""
        agencies = {agency_id(key): name for key, name, *_ in AGENCIES}
        found = next((each for each in self.district.people if self.ids(each.key) == person), None)
        return f"{found.given} {found.family} ({found.key})" if found else agencies.get(person, person)

    # who acts -----------------------------------------------------------------------------------------------------

    def duty(self) -> dict[str, str]:
        """The district's duty officer."""
        return self.stage.token(self.ids("dinas-staf-01"))

    def take_over(self, case: dict[str, Any], who: dict[str, str]) -> None:
        """The duty officer reads and works a case only after taking it over with a reason; doing so again changes nothing."""
        key = {"idempotency-key": f"demo-{case['id']}-take-over-{sha256(str(who).encode()).hexdigest()}"}
        body = {"reason": "Perlu ditangani dinas (fiktif)."}
        checked(self.client.post(f"{self.stage.origin}/cases/api/cases/{case['id']}/take-over-case", json=body, headers=who | key))

    def duties(self) -> list[dict[str, str]]:
        """Both duty officers."""
        return [self.duty(), self.stage.token(self.ids("dinas-staf-02"))]

    def auditor(self) -> dict[str, str]:
        """Sees what was recorded, without its content."""
        return self.stage.token(self.ids("dinas-staf-05"))

    def counsellor(self, case: dict[str, Any]) -> dict[str, str]:
        """The school's counsellor, or its cluster's where it has none, or the duty officer for a case of the district's desk."""
        if case["desk"] == "district":
            return self.duty()
        school = next((each for each in self.district.schools if self.ids(each.key) == case["school"]), None)
        if school and school.key in self.deputies:
            return self.stage.token(self.ids(self.deputies[school.key]))
        staff = self.district.staff(school.key, "counsellor") if school else []
        holder = self._holder(case)
        tokens = (self.stage.token(each) for each in sorted((self.ids(person.key) for person in staff), key=lambda each: each != holder))
        return next((token for token in tokens if self._may(case, token, taken=holder is not None)), self.duty())

    def _holder(self, case: dict[str, Any]) -> str | None:
        """Who has the case or took it in hand, also since it was read."""
        known = case if case["acknowledged_by"] else checked(self.read(case, self.auditor()))
        found: str | None = known["assignee"] or known["acknowledged_by"]
        return found

    def _may(self, case: dict[str, Any], headers: dict[str, str], *, taken: bool) -> bool:
        """Whether somebody may know of the case, whom it does not name; and take it in hand, who does not work with the other side. taken: it is."""
        answer = self.client.get(f"{self.stage.origin}/cases/api/cases/{case['id']}/possible", headers=headers)
        return answer.is_success and (taken or any(each["called"] == "acknowledge" for each in answer.json()["items"]))

    def approver(self, case: dict[str, Any]) -> dict[str, str]:
        """Somebody other than the drafter: the principal, or the second duty officer."""
        school = next((each for each in self.district.schools if self.ids(each.key) == case["school"]), None)
        principals = self.district.staff(school.key, "principal") if school else []
        if case["desk"] == "district" or not principals:
            return self.stage.token(self.ids("dinas-staf-02"))
        return self.stage.token(self.ids(principals[0].key))

    def act(self, case: dict[str, Any], activity: str, headers: dict[str, str], /, **body: Any) -> httpx.Response:
        """Sends one command; a repeat of the same one is harmless. Raises: LeftAlone: the case is not the day's alone."""
        if not self.is_own(case):
            raise LeftAlone(f"kasus {case['id'][:8]} bukan milik hari ini saja / case {case['id'][:8]} holds a concern of somebody else")
        if headers in self.duties() and case["state"] != "closed":
            self.take_over(case, headers)
        said = sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        key = {"idempotency-key": f"demo-{case['id']}-{activity}-{said}"}
        return self.client.post(f"{self.stage.origin}/cases/api/cases/{case['id']}/{activity}", json=body, headers=headers | key)

    def do(self, key: str, activity: str, /, *, who: dict[str, str] | None = None, **body: Any) -> dict[str, Any]:
        """Sends one command on the case of a concern. It must succeed."""
        case = self._known_case(key)
        answer: dict[str, Any] = checked(self.act(case, activity, who or self.counsellor(case), **body))
        return answer

    def _known_case(self, key: str) -> dict[str, Any]:
        case = self.case_of(key)
        if case is None:
            raise LeftAlone(f"{key}: tidak ada kasusnya / has no case")
        return case

    def refused(self, key: str, activity: str, what: str, /, *, who: dict[str, str] | None = None, **body: Any) -> None:
        """Sends one command that must be refused. The refusal's sentence is shown under who was not told, and why."""
        case = self._known_case(key)
        self.note_refusal(what, self.act(case, activity, who or self.counsellor(case), **body))

    def note_refusal(self, what: str, answer: httpx.Response) -> None:
        """Notes a refusal in the day's result. If the command was not refused, something is wrong."""
        if answer.is_success:
            self.missing.append(f"was not refused: {what}")
        else:
            told = answer.json()
            self.untold.append((what, told.get("sentence", {}).get("en") or told.get("detail", "")))

    def read(self, case: dict[str, Any], headers: dict[str, str]) -> httpx.Response:
        """A case as another person sees it."""
        return self.client.get(f"{self.stage.origin}/cases/api/cases/{case['id']}", headers=headers)

    def tell_receivers(self, key: str) -> None:
        """Tells every past receiver of every correction."""
        self.read_cases()
        case = self.case_of(key)
        told = self.read(case, self.counsellor(case)).json() if case else {}
        receivers = {each["disclosure"]: each["to"] for each in told.get("disclosures", ())}
        for correction, waiting in told.get("to_tell", {}).items():
            for disclosure in waiting:
                self.do(key, "tell-receiver", correction=correction, disclosure=disclosure, channel="letter")
                self.told.append((self.name_of(receivers[disclosure]), f"{key}: koreksi / correction"))

    # what is done -------------------------------------------------------------------------------------------------

    def handle(self, case: dict[str, Any]) -> None:
        """Takes every case in hand and stores its referral decision, also a decision not to refer."""
        if case["state"] == "closed":
            return
        who = self.counsellor(case)
        checked(self.act(case, "acknowledge", who))
        checked(self.act(case, "decide-referral", who, tried={}, consent="unknown"))

    def refer(self, key: str, agency: str, others: Sequence[str], *, phone_first: bool = False) -> str | None:
        """Drafts a referral, has it approved and sends it. Returns its id."""
        case = self.case_of(key)
        if case is None or case["state"] == "closed":
            return None
        who = self.counsellor(case)
        draft: dict[str, Any] = {
            "agency": agency_id(agency), "why": f"Kemampuan lembaga sesuai ({agency}).", "alternatives": [agency_id(each) for each in others],
            "consent": "overridden" if phone_first else "given", "by_phone_first": phone_first,
        }  # fmt: skip
        if phone_first:
            draft["ground"] = "vital-interest"
        known = {each["referral"] for each in case["referrals"]}
        checked(self.act(case, "draft-referral", who, **draft))
        self.read_cases()
        fresh = [each["referral"] for each in self.cases[case["id"]]["referrals"] if each["referral"] not in known]
        if not fresh:
            return None
        if phone_first:
            said = "Seorang murid dalam bahaya; kontak sekolah (fiktif)."
            checked(self.act(case, "call-for-help", who, referral=fresh[0], ground="vital-interest", said=said))
        else:
            checked(self.act(case, "record-consent", who, referral=fresh[0], giver="student", how="spoken", form="Catatan 1 (fiktif)"))
            checked(self.act(case, "approve-referral", self.approver(case), referral=fresh[0]))
        checked(
            self.act(case, "send-referral", who, referral=fresh[0], package="Ringkasan fiktif: kebutuhan, hal yang sudah dicoba, kontak sekolah.")
        )
        return str(fresh[0])

    def send_drafted(self, key: str) -> None:
        """Has the drafted referral of a concern's case approved, and sends it."""
        self.read_cases()
        case = self.case_of(key)
        for each in (case or {}).get("referrals", ()):
            if case and each["state"] == "drafted":
                checked(self.act(case, "approve-referral", self.approver(case), referral=each["referral"]))
                checked(self.act(case, "send-referral", self.counsellor(case), referral=each["referral"], package="Ringkasan fiktif."))

    def chase_missed(self, key: str) -> None:
        """Waits for the missed appointment, follows it up and waits for the outcome."""
        missed: list[str] = []

        def found() -> bool:
            self.read_cases()
            missed[:] = [each["referral"] for each in (self.case_of(key) or {})["referrals"] if each["chase_by"]]
            return bool(missed)

        if self.wait(found, f"{key}: a missed appointment"):
            self.do(key, "chase-appointment", referral=missed[0], words="Murid dijemput wali kelas ke pertemuan berikutnya (fiktif).")
            self.wait(lambda: self._completed(key, missed[0]), f"{key}: an outcome after the missed appointment")

    def _completed(self, key: str, referral: str) -> bool:
        self.read_cases()
        return any(each["referral"] == referral and each["state"] == "completed" for each in (self.case_of(key) or {})["referrals"])

    def wait_for_answer(self, key: str, state: str) -> bool:
        """Waits until a referral of this concern's case is in the given state."""

        def answered() -> bool:
            self.read_cases()
            case = self.case_of(key)
            return case is not None and any(each["state"] == state for each in case["referrals"])

        return self.wait(answered, f"{key}: referral {state}")

    def tell_guardian(self, key: str, guardian: str, *, safe: bool, **more: Any) -> None:
        """A counsellor assesses one guardian and tells them. A refusal is noted with its reason."""
        case = self.case_of(key)
        if case is None or case["state"] == "closed":
            return
        who = self.counsellor(case)
        assessed = self.act(case, "assess-guardian", who, guardian=self.ids(guardian), safe=safe, reason="Wawancara dengan murid (fiktif).")
        told = self.act(case, "tell-guardian", who, guardian=self.ids(guardian), words="Mohon hubungi sekolah untuk bertemu konselor.", **more)
        refusal = next((answer for answer in (told, assessed) if not answer.is_success), None)
        if refusal is None:
            self.told.append((guardian, f"{key}: dipilih konselor / chosen by the counsellor"))
        else:
            self.untold.append((guardian, f"{key}: {refusal.json().get('sentence', {}).get('en', refusal.status_code)}"))

    def match(self, key: str, student: str) -> None:
        """Matches the unidentified student."""
        case = self.case_of(key)
        if case is not None and case["student"] is None:
            checked(self.act(case, "match", self.counsellor(case), student=self.ids(student)))

    def close(self, case: dict[str, Any]) -> None:
        """Closes a case with an outcome class and the review of the developmental task."""
        if case["state"] == "closed":
            return
        referred = any(each["state"] == "completed" for each in case["referrals"])
        answer = self.act(
            case, "close", self.counsellor(case), outcome_class="referred" if referred else "helped",
            task_reviewed="Hambatan tugas perkembangan berkurang; dipantau bulan depan. (fiktif)",
        )  # fmt: skip
        if not answer.is_success:
            self.missing.append(f"case {case['id'][:8]} could not be closed: {answer.json().get('title')}")

    def wait(self, condition: Callable[[], bool], what: str) -> bool:
        """Waits until a condition holds. One that does not come true is part of the day's result."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                self.missing.append(f"did not happen within {PATIENCE:.0f} s: {what}")
                return False
            time.sleep(0.1)
        return True
