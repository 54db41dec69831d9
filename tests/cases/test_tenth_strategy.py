"""A tenth strategy is one file of code, two of words, and one entry in the list of strategies (docs/adding-a-strategy.md).

`tenth/peer_support.py`, `tenth/peer-support.toml` and `tenth/peer-support.forms.toml` are all that is written for it, and for its document
`tenth/peer_certificate.py` and `tenth/peer-certificate.toml`. What follows here is asked of the service as it runs.
"""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from services.cases.app import create_app
from services.cases.domain.casework import CASEWORK, casework
from services.cases.domain.register import STRATEGIES
from services.cases.letters.kinds import KINDS
from services.cases.reading.documents import undocumented
from services.cases.reading.vocabulary import WORDS, words_of
from shared.errors import StartRefused
from tests.cases.asking import faults, refused_by_name
from tests.cases.desk import desk
from tests.cases.tenth.peer_certificate import PEER_CERTIFICATE
from tests.cases.tenth.peer_support import PEER_SUPPORT
from tests.golden import checking
from tests.golden.files import golden

HERE, ROOT = Path(__file__).parent / "tenth", Path(__file__).parents[2]
TEN = (*STRATEGIES, PEER_SUPPORT)
TEN_KINDS = {**KINDS, **PEER_CERTIFICATE}
COMMANDS = ["propose-peer-support", "match-peer", "record-peer-meeting", "end-peer-support"]
TYPES = ["peer-matched", "peer-support-ended", "peer-support-proposed", "peers-met"]

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def ten(module_database, redis_server, anyio_backend):
    """The service with ten strategies."""
    async with desk(module_database, redis_server.url, lambda settings: create_app(settings, TEN, (WORDS, HERE), TEN_KINDS)) as running:
        yield running


async def proposed(ten, school):
    """A case whose student shall have a peer: the case, and the activity."""
    case = await school.case()
    await school.person("peer", "student")
    begun = await ten.done(case, "propose-peer-support", school.counsellor, field="social", need="Butuh kenari")
    return case, {"activity": begun["activity"]}


async def matched(ten, school):
    case, known = await proposed(ten, school)
    await ten.done(case, "match-peer", school.counsellor, peer=school.named("peer"), companion=school.named("homeroom"), **known)
    return case, known


async def met(ten, school):
    case, known = await matched(ten, school)
    await ten.done(case, "record-peer-meeting", school.counsellor, kind="study", words="Rahasia kenari", **known)
    return case, known


async def ended(ten, school, *, helped=True):
    case, known = await met(ten, school)
    await ten.done(case, "end-peer-support", school.counsellor, helped=helped, result="Hasil kenari", **known)
    return case, known


def test_nothing_but_three_files_is_written_for_it_and_two_for_its_document():
    written = sorted(each.name for each in HERE.iterdir() if each.is_file())
    assert written == ["peer-certificate.toml", "peer-support.forms.toml", "peer-support.toml", "peer_certificate.py", "peer_support.py"]
    assert [each.called for each in casework(TEN).commands if each not in CASEWORK.commands] == COMMANDS


def test_the_page_shows_what_its_files_say():
    page = (ROOT / "docs" / "adding-a-strategy.md").read_text(encoding="utf-8")
    for language, files in (("python", ("peer_support.py",)), ("toml", ("peer-support.toml", "peer-support.forms.toml"))):
        written = "\n\n".join((HERE / file).read_text(encoding="utf-8") for file in files)
        shown = re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)
        assert shown
        assert [passage for block in shown for passage in re.split(r"\n\n+", block.strip()) if passage not in written] == []


async def test_its_commands_have_routes_with_bodies_of_what_a_person_says(ten):
    document = (await ten.client.get("/cases/openapi.json")).json()
    schemas = document["components"]["schemas"]
    for called, command, said in zip(
        COMMANDS,
        ["ProposePeerSupport", "MatchPeer", "RecordPeerMeeting", "EndPeerSupport"],
        [{"field", "need"}, {"activity", "peer", "companion"}, {"activity", "kind", "words"}, {"activity", "helped", "result"}],
        strict=True,
    ):
        assert f"/cases/api/cases/{{case_id}}/{called}" in document["paths"]
        assert schemas[f"{command}Body"]["properties"].keys() == said | {"happened_at"}


async def test_only_whom_its_permission_names_gives_its_commands(ten):
    school = await ten.school()
    case, known = await proposed(ten, school)
    for who, status in ((school.teacher, 403), (school.principal, 403), (ten.officer, 403), (school.coordinator, 200)):
        answer = await ten.act(case, "match-peer", who, peer=school.named("peer"), companion=school.named("homeroom"), **known)
        assert answer.status_code == status, answer.text


async def test_who_is_named_must_be_known_and_be_what_the_field_says(ten):
    school = await ten.school()
    case, known = await proposed(ten, school)
    wrong = [("nobody", "homeroom", "/peer"), ("counsellor", "homeroom", "/peer"), ("peer", "nobody", "/companion"), ("peer", "peer", "/companion")]
    for peer, companion, pointer in wrong:
        answer = await ten.act(case, "match-peer", school.counsellor, peer=school.named(peer), companion=school.named(companion), **known)
        assert faults(answer) == [(pointer, "unknown-person")]


async def test_its_rules_refuse_by_name(ten):
    school = await ten.school()
    case, known = await proposed(ten, school)
    own = await ten.act(case, "match-peer", school.counsellor, peer=school.named("student"), companion=school.named("homeroom"), **known)
    assert refused_by_name(own) == "own-peer"
    early = await ten.act(case, "end-peer-support", school.counsellor, helped=True, result="x", **known)
    assert refused_by_name(early) == "wrong-moment"


async def test_what_it_expects_is_filled_in_and_stands_in_the_list_of_who_is_to_do_it(ten):
    school = await ten.school()
    case, known = await matched(ten, school)
    (event,) = await ten.events(case, "peer-matched")
    assert datetime.fromisoformat(json.loads(event)["meet_by"]) > datetime.now(UTC)
    (waiting,) = await school.listed("waiting-for-me", school.teacher)
    assert (waiting["case"], waiting["key"], waiting["what"]) == (case, f"{known['activity']}/meeting", "peer-meeting")


async def test_its_next_step_is_offered_and_says_by_when(ten):
    school = await ten.school()
    case, known = await matched(ten, school)
    offered = (await ten.get(f"cases/{case}/possible", school.counsellor)).json()["items"]
    (meeting,) = [each for each in offered if each["called"] in COMMANDS and each["fields"] == known]
    assert (meeting["called"], [(each["what"], each["owner"]) for each in meeting["expected"]]) == (
        "record-peer-meeting", [("peer-meeting", school.named("homeroom"))],
    )  # fmt: skip


async def test_its_notice_reaches_the_person_and_what_they_received_is_in_the_ledger(ten):
    school = await ten.school()
    case, known = await matched(ten, school)
    told = [json.loads(each) for each in await ten.events(case, "staff-to-be-told")]
    assert [(each["person"], each["message"]) for each in told] == [(school.named("homeroom"), "assigned")]
    ledger = (await ten.get(f"cases/{case}", school.counsellor)).json()["disclosures"]
    assert [(each["disclosure"], each["receiver"], each["to"]) for each in ledger] == [(known["activity"], "teacher", school.named("homeroom"))]


async def test_its_readers_hold(ten):
    """The owner and the companion read it; the coordinator reads the case whole, and this activity not; the companion reads nothing but this."""
    school = await ten.school()
    case, _ = await met(ten, school)
    by_reader = {}
    for name, who, query in (
        ("owner", school.counsellor, {}), ("companion", school.teacher, {}), ("holder", school.coordinator, {"reason": "supervision"}),
        ("colleague", school.other, {}),
    ):  # fmt: skip
        told = (await ten.get(f"cases/{case}", who, **query)).json()
        by_reader[name] = [step.get("words", step.get("need")) for activity in told["activities"] for step in activity["steps"]]
    withheld = {"withheld": "not for this role"}
    assert by_reader == {
        "owner": ["Butuh kenari", None, "Rahasia kenari"],
        "companion": ["Butuh kenari", None, "Rahasia kenari"],
        "holder": [withheld, None, withheld],
        "colleague": [withheld, None, withheld],
    }
    history = (await ten.get(f"cases/{case}/history", school.coordinator, reason="supervision")).text
    assert "kenari" not in history


async def test_its_history_reads_in_words(ten):
    school = await ten.school()
    case, _ = await ended(ten, school)
    for language, sentences in {
        "id": ("Dukungan teman sebaya diusulkan.", "Murid dan teman sebaya belajar bersama."),
        "en": ("A peer was matched with the student.", "Peer support ended."),
    }.items():
        asked = school.counsellor | {"cookie": f"tanggap_language={language}"}
        page = (await ten.client.get(f"/cases/cases/{case}", headers=asked)).text
        assert [each for each in sentences if each not in page] == []


def test_a_deadline_of_it_that_passed_reads_in_words():
    words = words_of(casework(TEN), (WORDS, HERE))
    assert words.sentence("deadline-passed", {"what": "peer-meeting"}) == (
        "Lewat batas waktu: pertemuan pertama dengan teman sebaya.",
        "Overdue: the first meeting with the peer.",
    )


async def test_its_document_holds_what_it_says_and_is_there_when_it_applies(ten):
    school = await ten.school()
    case, _ = await ended(ten, school)
    (certificate,) = await certificates(ten, case, school.counsellor)
    assert (certificate["name"], certificate["id"], certificate["en"]) == ("peer-certificate", "Piagam teman sebaya", "Certificate of a peer")
    assert certificate["data"] == {"student": "student", "homeroom": None, "peer": "peer", "companion": "homeroom", "words": "Rahasia kenari"}
    issue = {"name": "peer-certificate", "version": certificate["version"]}
    issued = (await ten.post(f"cases/{case}/issue-document", school.counsellor, **issue)).json()
    assert (await ten.get(f"issued/{issued['id']}/pdf", school.counsellor)).content.startswith(b"%PDF-")
    case, _ = await ended(ten, await ten.school(), helped=False)
    assert await certificates(ten, case, ten.duty) == []


async def certificates(ten, case, who):
    told = (await ten.get(f"cases/{case}/documents", who)).json()["items"]
    return [each for each in told if each["name"] == "peer-certificate"]


def test_a_document_without_a_model_stops_the_start():
    assert undocumented(casework(TEN), KINDS) == ["peer-certificate"]
    assert undocumented(casework(TEN), TEN_KINDS) == []


async def test_the_reports_count_it(ten):
    school = await ten.school()
    case, _ = await ended(ten, school)
    await ten.caught_up()
    month = datetime.now(ZoneInfo("Asia/Jakarta")).strftime("%Y-%m")
    told = (await ten.get("reports/monthly", school.coordinator, school=school.id, month=month)).json()
    assert {name: count for name, count in told["services"].items() if count} == {"peer-support": 1}
    assert told["services_by_person"] == {school.named("counsellor"): 1}
    rows = await ten.sql("SELECT kind, codes - 'activity' FROM fact_v1 WHERE stream = %s AND codes ? 'activity' ORDER BY position", f"case-{case}")
    assert rows == [
        ("peer-support-proposed", {"field": "social"}), ("peer-matched", {}), ("peers-met", {"kind": "study"}), ("peer-support-ended", {"helped": True}),
    ]  # fmt: skip


async def test_its_case_closes_only_after_it_and_it_knows_the_common_endings(ten):
    school = await ten.school()
    case, known = await proposed(ten, school)
    close = {"outcome_class": "helped", "task_reviewed": "x"}
    assert refused_by_name(await ten.act(case, "close", school.counsellor, **close)) == "activity-still-open"
    assert (await ten.done(case, "cancel-activity", school.counsellor, reason="x", **known))["state"] == "in-progress"
    assert (await ten.done(case, "close", school.counsellor, **close))["state"] == "closed"


def test_its_events_ask_for_their_golden_files():
    codecs = {"cases": [casework(TEN).case.codec]}
    asked = checking.without_golden_file(codecs, golden())
    assert asked == [f"cases: {each} v1 has no golden file. {checking.NEW}" for each in TYPES]


def test_two_strategies_that_use_one_name_do_not_start():
    with pytest.raises(StartRefused, match="two have the name peer-support: rename one"):
        casework((*TEN, PEER_SUPPORT))
