"""A person's data ends in a running district: no words under their keys anywhere, everybody else's history as it was, every chain whole (ADR 50)."""

import json
import re
from uuid import uuid4

import httpx
import psycopg
import pytest

from district.sample.people import generate
from district.sample.roster import SOURCE
from services.intake.roster.people import person_id, school_id
from shared.access import service_principal
from tests.system.test_casework import Api, held

pytestmark = pytest.mark.servers

ANI, BUDI, CITRA, DEWI = "smp1-murid-101", "smp1-murid-102", "smp1-murid-103", "smp1-murid-104"
OFFICER = "dinas-staf-03"
PAGE = "penghapusan"


@pytest.fixture(scope="module")
def api(district):
    return Api(district)


def intake(api, method, path, body=None, headers=None):
    url = f"{api.district.deployment.origin('intake')}/intake/api/{path}"
    given = (headers or api.district.headers(service_principal("operator"))) | {"idempotency-key": str(uuid4())}
    return httpx.request(method, url, json=body, headers=given, timeout=60, trust_env=False)


def erase(api, key, **more):
    answer = intake(api, "POST", "erasures", {"person": person_id(SOURCE, key)} | more)
    assert answer.status_code == 200, answer.text
    return answer.json()


def on_page(api, where="", **typed):
    """What the officer's browser sends, and the page that follows."""
    url = f"{api.district.deployment.origin('intake')}/intake/{PAGE}{where}"
    return httpx.post(url, data=typed, headers=api.who(OFFICER), timeout=60, trust_env=False, follow_redirects=True)


def named(page, name):
    """The id behind each choice on a page, by whoever has this name."""
    return re.findall(rf'name="person" value="([^"]+)"[^>]*>\s*<label[^>]*>{re.escape(name)},', page.text)


def close(api, case):
    api.act(case, "close", api.counsellor, outcome_class="helped", task_reviewed="Kenari selesai").raise_for_status()


def everything(api) -> str:
    """Every row of the database, in words."""
    with psycopg.connect(api.district.postgres.url(), options="-c tanggap.acting_as=migration -c tanggap.schools=*") as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('intake', 'cases', 'notifications', 'keyring') ORDER BY 1, 2"
        ).fetchall()
        return "\n".join(str(row) for schema, table in tables for row in connection.execute(f'SELECT t::text FROM {schema}."{table}" t').fetchall())


def history(api, case):
    return api.get(f"cases/{case}/history", api.counsellor).json()


def cases_of(api, key):
    """By id, once there is one."""
    query = "SELECT DISTINCT substr(stream, 6) FROM cases.event WHERE type = 'strand-added' AND body::json -> 'concern' ->> 'student' = %s"
    return [case for (case,) in api.district.wait_for(lambda: api.district.sql(query, person_id(SOURCE, key)), "a case")]


def living(api, owner):
    return dict(api.district.sql("SELECT purpose, wrapped IS NOT NULL FROM keyring.key WHERE person = %s", owner))


def test_a_dry_run_says_what_would_end_and_stores_nothing(api):
    case = api.case(CITRA)
    told = erase(api, CITRA, dry_run=True)
    assert (told["state"], [each["what"] for each in told["holds"]], told["holds"][0]["about"]) == ("would-be-held", ["open-case"], case)
    for service in ("intake", "cases"):
        assert api.district.sql(f"SELECT count(*) FROM {service}.event WHERE type LIKE 'erasure-%%' AND %s = %s", 1, 1) == [(0,)]


def test_an_open_case_and_a_legal_hold_forbid_it_counselling_notes_as_well(api):
    case = api.case(CITRA)
    held(api, case)
    assert [each["what"] for each in erase(api, CITRA)["holds"]] == ["open-case"]
    told = erase(api, CITRA, scope="counselling-notes")
    assert (told["state"], told["ends"], [each["what"] for each in told["holds"]]) == ("held", [], ["open-case"])
    assert living(api, person_id(SOURCE, CITRA))["counselling"]
    assert api.act(case, "set-legal-hold", api.who("smp1-staf-01"), reason="Kenari polisi").status_code == 200
    assert [each["what"] for each in erase(api, CITRA, scope="counselling-notes")["holds"]] == ["legal-hold", "open-case"]


def test_what_lies_under_a_student_s_keys_ends_and_everybody_else_s_history_stays_as_it_was(api):
    """Issue of erasure: canaries, the shared concern, the other student's whole history, chains, and the receipt checked from outside."""
    both = [{"id": person_id(SOURCE, key), "role": "affected"} for key in (ANI, BUDI)]
    mine = api.case(ANI, narrative="KATAKUNCI-ANI")
    api.case(ANI, students=both, narrative="KATAKUNCI-BERSAMA")
    api.district.wait_for(lambda: len(api.get(f"cases/{mine}", api.counsellor).json()["strands"]) == 2, "the second strand")
    theirs = cases_of(api, BUDI)[0]
    activity = held(api, mine)
    api.act(mine, "evaluate-counselling", api.counsellor, activity=activity, kind="laiseg", helped=True, finding="Kenari").raise_for_status()
    api.act(mine, "end-counselling", api.counsellor, activity=activity, result="helped").raise_for_status()
    close(api, mine)
    others = history(api, theirs)
    assert "KATAKUNCI-BERSAMA" in json.dumps(others)

    told = erase(api, ANI)

    assert (told["state"], told["cases"], told["concerns"]) == ("completed", 1, 1)
    assert {each["purpose"] for each in told["kept"]} == {"identity", "contact", "sign-in"}  # still at school: the roster has the name
    statement = json.loads(told["receipt"]["statement"])
    person = person_id(SOURCE, ANI)
    assert {purpose for purpose, lives in living(api, person).items() if lives} == {"identity", "contact"}
    assert statement["keys_destroyed"] > 0
    assert statement["ended"] == told["ends"]
    assert not any(living(api, f"case-{mine}").values())
    after = history(api, theirs)["items"]
    assert after[: len(others["items"])] == others["items"]
    assert {each["type"] for each in after[len(others["items"]) :]} <= {"alert-recorded"}  # the outcome of an alert may come at any moment
    seen = json.dumps(history(api, mine))
    assert "KATAKUNCI" not in seen
    assert '"erased": true' in seen
    kept = everything(api)
    assert "KATAKUNCI" not in kept  # it never stood there in words
    assert intake(api, "POST", "erasures/receipts/check", told["receipt"]).json() == {"ours": True}
    forged = told["receipt"] | {"statement": told["receipt"]["statement"].replace("KATA", "").replace('"cases":1', '"cases":2')}
    assert intake(api, "POST", "erasures/receipts/check", forged).json() == {"ours": False}


def test_a_concern_s_own_key_ends_with_its_last_named_student(api):
    concern = api.district.sql(
        "SELECT body::json ->> 'concern' FROM intake.event WHERE type = 'concern-raised' AND key = %s", person_id(SOURCE, BUDI)
    )[0][0]
    assert living(api, f"concern-{concern}")["concern"]
    for case in cases_of(api, BUDI):
        if api.get(f"cases/{case}", api.counsellor).json()["state"] != "closed":
            close(api, case)
    assert erase(api, BUDI)["concerns"] == 1
    assert living(api, f"concern-{concern}") == {"concern": False}


def test_a_report_about_somebody_erased_is_never_refused(api):
    body = {
        "school": "20100002", "students": [{"id": person_id(SOURCE, ANI), "role": "affected"}], "kind": "incident", "categories": ["bullying"],
        "narrative": "Kenari lagi", "channel": "api", "reporter": {"kind": "staff"},
    }  # fmt: skip
    told = intake(api, "POST", "concerns", body)
    assert told.status_code == 201, told.text
    raised = api.district.sql(
        "SELECT body::json ->> 'student' FROM intake.event WHERE stream = %s AND type = 'concern-raised'", f"concern-{told.json()['concern_id']}"
    )
    assert raised == [(None,)]


def test_whoever_works_in_the_district_is_held_and_nobody_is_not_found(api):
    assert [each["what"] for each in erase(api, "smp1-staf-03")["holds"]] == ["in-service"]
    assert intake(api, "POST", "erasures", {"person": "nobody"}).status_code == 404


def test_only_the_erasures_login_destroys(api):
    """Row of the brief: one role destroys, nobody else can."""
    for service, url in api.district.deployment.databases.items():
        with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT keyring.destroy(%s, %s)", ([service], ["case"]))
    with psycopg.connect(api.district.deployment.erasure) as connection:
        for query in ("SELECT * FROM keyring.key", "SELECT * FROM intake.event", "SELECT * FROM keyring.open_wrapped('{}')"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(query)
            connection.rollback()


def test_a_guardian_is_told_apart_by_the_children(api):
    """Two guardians of one name at one school are common, and what ended does not come back."""
    child = next(each for each in generate().people if each.key == DEWI)
    guardian = next(each for each in generate().people if each.key == child.guardians[0])
    found = on_page(api, "/cari", sekolah=school_id(SOURCE, "smp1"), nama=f"{guardian.given} {guardian.family}")
    assert re.search(rf"{guardian.given} {guardian.family}, orang tua/wali, anaknya [^<]*{child.given} {child.family}", found.text)


def test_an_officer_finds_the_person_by_name_looks_and_ends(api):
    """Nothing personal stands in an address until the person is chosen, and nobody has to know an id."""
    known = next(each for each in generate().people if each.key == DEWI)
    name, school = f"{known.given} {known.family}", school_id(SOURCE, "smp1")
    found = on_page(api, "/cari", sekolah=school, nama=name[: len(known.given) + 2])
    assert (found.status_code, str(found.url).endswith("/cari"), person_id(SOURCE, DEWI) in named(found, name)) == (200, True, True)
    assert named(on_page(api, "/cari", sekolah=school, nama=name, keluar="1"), name) == []
    looked = on_page(api, "/periksa", person=person_id(SOURCE, DEWI), ground="asked", scope="everything")
    assert (looked.status_code, f"Tentang: {name}, murid" in looked.text) == (200, True)
    (key,) = re.findall(r'name="key" value="([^"]+)"', looked.text)
    ends = {"person": person_id(SOURCE, DEWI), "ground": "asked", "scope": "everything", "key": key}
    receipt, again = on_page(api, **ends), on_page(api, **ends)
    assert (receipt.status_code, "Tanda terima penghapusan" in receipt.text, "selesai" in receipt.text) == (200, True, True)
    assert again.status_code == 200
    query = "SELECT count(*) FROM intake.event WHERE type = 'erasure-requested' AND stream LIKE '%%' || %s"
    assert api.district.sql(query, person_id(SOURCE, DEWI)) == [(1,)]
    newest = intake(api, "GET", "erasures", headers=api.who(OFFICER))
    assert (newest.status_code, newest.json()["items"][0]["person"]) == (200, person_id(SOURCE, DEWI))
    listed = httpx.get(f"{api.district.deployment.origin('intake')}/intake/{PAGE}", headers=api.who(OFFICER), timeout=60, trust_env=False)
    assert f'href="/intake/{PAGE}/{person_id(SOURCE, DEWI)}">{name},' in listed.text
