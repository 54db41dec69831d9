"""Families by link: the very words that the counsellor chose, behind a second factor, and an answer that reaches the case (people.md, By link)."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from services.notifications.contacting import mark_unsafe
from services.notifications.domain.notice import TRIES
from services.notifications.domain.register import MarkUnsafe
from shared.events import CasePeopleChanged
from tests.erasing import erase
from tests.logins import past_the_wall
from tests.notifications.desk import Mailbox, desk, mail_server, text_of
from tests.notifications.family import WORDS, Family, form_id
from tests.notifications.scenes import in_states, now, staffed

pytestmark = pytest.mark.anyio

UNKNOWN = "/notifications/n/" + "0" * 32


@pytest.fixture
def families(database, redis_url):
    @asynccontextmanager
    async def of() -> AsyncIterator[Family]:
        mailbox = Mailbox()
        async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
            await staffed(running)
            yield Family(running, mailbox)

    return of


async def answers(family: Family) -> list[dict]:
    return [json.loads(event.body) for event in await family.running.told("guardian-answered")]


async def outcomes(family: Family) -> list[tuple[str, str]]:
    told = [json.loads(event.body) for event in await family.running.told("guardian-told")]
    return [(each["guardian"], each["outcome"]) for each in told]


async def test_the_words_reach_the_guardian_after_the_code_and_an_answer_in_own_words_comes_back(families):
    async with families() as family:
        told = await family.tell()
        await in_states(family.running, "case-1", "sent")
        assert WORDS.encode() not in family.mailbox.messages[-1][1]
        code, link = await family.code(told), family.link()
        async with family.browser() as phone:
            closed = await phone.get(link)
            assert (closed.status_code, "Rani" in closed.text) == (200, False)
            assert (await phone.post(link, data={"code": f"{code[:3]} {code[3:]}"})).headers["location"] == link
            opened = await phone.get(link)
            assert WORDS in opened.text
            said = {"form": form_id(opened), "answer": "words", "words": "Saya datang, terima kasih."}
            assert (await phone.post(f"{link}/jawab", data=said)).status_code == 303
            assert (await phone.post(f"{link}/jawab", data=said)).status_code == 303
        (answer,) = await answers(family)
        assert (answer["guardian"], answer["answer"], answer["by"]) == ("ibu", "words", "ani")
        assert "terima kasih" not in json.dumps(answer)
        assert await outcomes(family) == [("ibu", "sent"), ("ibu", "acknowledged")]
        await in_states(family.running, "case-1", "acknowledged")


async def test_nothing_in_the_store_or_the_tables_holds_the_words_in_clear(families, database):
    async with families() as family:
        told = await family.tell()
        await in_states(family.running, "case-1", "sent")
        code, link = await family.code(told), family.link()
        async with family.browser() as phone:
            await phone.post(link, data={"code": code})
            page = await phone.get(link)
            await phone.post(f"{link}/jawab", data={"form": form_id(page), "answer": "words", "words": "jawaban-rahasia"})
        async with past_the_wall(family.running.kernel.database).connection() as connection:
            names = await (await connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")).fetchall()
            for (name,) in names:
                rows = await (await connection.execute(f'SELECT t::text FROM "{name}" t')).fetchall()
                kept = " ".join(row[0] for row in rows)
                assert not any(secret in kept for secret in (WORDS, "Rani", "jawaban-rahasia", link.rpartition("/")[2])), name
                assert code not in {word.strip('",') for word in kept.split()}, name


async def test_whoever_only_looks_changes_nothing(families):
    """Mail programs and link scanners open links by themselves, with GET and HEAD."""
    async with families() as family:
        await family.tell()
        await in_states(family.running, "case-1", "sent")
        before = await family.running.kernel.store.head()
        async with family.browser() as scanner:
            for path in (family.link(), f"{family.link()}/jawab", f"{family.link()}/selesai"):
                for method in ("GET", "HEAD", "OPTIONS"):
                    await scanner.request(method, path)
        assert await family.running.kernel.store.head() == before


async def test_no_page_behind_a_link_is_kept_told_of_or_indexed(families):
    async with families() as family:
        told = await family.tell()
        await in_states(family.running, "case-1", "sent")
        link, code = family.link(), await family.code(told)
        async with family.browser() as phone:
            pages = [await phone.get(link), await phone.post(link, data={"code": "000"}), await phone.get(UNKNOWN)]
            pages += [await phone.post(link, data={"code": code}), await phone.get(link)]
        for page in pages:
            held = {name: page.headers[name] for name in ("cache-control", "referrer-policy", "x-robots-tag")}
            assert held == {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow"}


async def test_unknown_expired_revoked_locked_marked_and_used_links_answer_the_same(families):
    async with families() as family:
        links = []
        for number, case in enumerate(("expired", "revoked", "locked", "used", "marked")):
            await family.tell(case)
            await in_states(family.running, case, "sent")
            links.append(family.link())
            assert len(family.mailbox.messages) == number + 1
        code, client = await family.code(family.told[0]), family.running.client
        async with past_the_wall(family.running.kernel.database).connection() as connection:
            await connection.execute("UPDATE notice_v1 SET until = clock_timestamp() WHERE notice = %s", (family.told[0].notice,))
        revoked = await client.post(f"/notifications/api/notices/{family.told[1].notice}/revoke", headers=family.counsellor)
        assert revoked.status_code == 200
        for _ in range(TRIES):
            await client.post(links[2], data={"code": "x"})
        async with family.browser() as phone:
            await phone.post(links[3], data={"code": code})
            page = await phone.get(links[3])
            await phone.post(f"{links[3]}/jawab", data={"form": form_id(page), "answer": "not-for-me"})
        mark = MarkUnsafe(student="siswa", school="school-1", guardians=("ibu",))
        await mark_unsafe(family.running.kernel.store, turns_of(family), mark, family.running.occasion())
        for method in ("GET", "POST"):
            unknown = await client.request(method, UNKNOWN, data={"code": code})
            for link in links:
                answer = await client.request(method, link, data={"code": code})
                assert (answer.status_code, answer.text.replace(link, UNKNOWN)) == (404, unknown.text)


def turns_of(family: Family):
    from services.notifications.contacting import Turns

    return Turns(family.running.kernel.database)


async def test_five_wrong_codes_lock_the_link_and_whoever_chose_it_hears(families):
    async with families() as family:
        told = await family.tell()
        await in_states(family.running, "case-1", "sent")
        code, link, client = await family.code(told), family.link(), family.running.client
        wrong = f"{(int(code) + 1) % 1_000_000:06d}"
        tries = [await client.post(link, data={"code": wrong}) for _ in range(TRIES)]
        assert [each.status_code for each in tries] == [422, 422, 422, 422, 404]
        assert (await client.post(link, data={"code": code})).status_code == 404
        await in_states(family.running, "case-1", "sent", "sent")
        assert family.mailbox.messages[-1][0] == "ani@example.org"
        assert wrong not in " ".join([event.body for event in await family.running.kernel.store.read_after(0, limit=1000)])


async def test_five_wrong_codes_at_once_are_five_tries(families):
    import asyncio

    async with families() as family:
        told = await family.tell()
        await in_states(family.running, "case-1", "sent")
        code, link, client = await family.code(told), family.link(), family.running.client
        await asyncio.gather(*(client.post(link, data={"code": f"{number:06d}"}) for number in range(12)))
        assert len([event for event in await family.running.told("notice-tried") if '"right":false' in event.body]) <= TRIES
        assert (await client.post(link, data={"code": code})).status_code == 404


async def test_the_child_s_birth_date_opens_an_appointment_and_never_the_words(families):
    async with families() as family:
        await family.running.person("siswa", "student", guardians=("ibu", "ayah"), born="2011-04-30")
        meet_at = now() + timedelta(days=5)
        await family.tell(asks="appointment", meet_at=meet_at, about="activity-1")
        await in_states(family.running, "case-1", "sent")
        link = family.link()
        async with family.browser() as phone:
            assert (await phone.post(link, data={"born": "2011-05-01"})).status_code == 422
            assert (await phone.post(link, data={"born": "2011-04-30"})).status_code == 303
            page = await phone.get(link)
            assert ("Rani" in page.text, "bersedia" in page.text) == (False, True)
            said = {"form": form_id(page), "answer": "another-time", "wish": "2026-12-07T09:30", "words": ""}
            assert (await phone.post(f"{link}/jawab", data=said)).status_code == 303
        (answer,) = await answers(family)
        assert (answer["answer"], answer["wish"], answer["about"]) == ("another-time", "2026-12-07T09:30:00+07:00", "activity-1")


async def test_the_birth_date_opens_no_other_message(families):
    async with families() as family:
        await family.running.person("siswa", "student", guardians=("ibu",), born="2011-04-30")
        await family.tell(asks="referral-consent", about="referral-1")
        await in_states(family.running, "case-1", "sent")
        link = family.link()
        async with family.browser() as phone:
            assert "born" not in (await phone.get(link)).text
            assert (await phone.post(link, data={"born": "2011-04-30"})).status_code == 422
            assert "Rani" not in (await phone.get(link)).text


async def test_a_consent_is_given_and_withdrawn_behind_the_link(families):
    async with families() as family:
        told = await family.tell(asks="referral-consent", about="referral-1")
        await in_states(family.running, "case-1", "sent")
        code, link = await family.code(told), family.link()
        async with family.browser() as phone:
            await phone.post(link, data={"code": code})
            page = await phone.get(link)
            assert "meminta bantuan lembaga lain" in page.text
            await phone.post(f"{link}/jawab", data={"form": form_id(page), "answer": "consented"})
            page = await phone.get(link)
            await phone.post(f"{link}/jawab", data={"form": form_id(page), "answer": "withdrawn"})
        assert [(each["answer"], each["asks"], each["about"]) for each in await answers(family)] == [
            ("consented", "referral-consent", "referral-1"),
            ("withdrawn", "referral-consent", "referral-1"),
        ]


async def test_an_answer_that_is_no_answer_comes_back_with_what_was_typed(families):
    async with families() as family:
        told = await family.tell()
        await in_states(family.running, "case-1", "sent")
        code, link = await family.code(told), family.link()
        async with family.browser() as phone:
            await phone.post(link, data={"code": code})
            form = form_id(await phone.get(link))
            for typed in ({"answer": ""}, {"answer": "consented"}, {"answer": "words"}, {"answer": "x" * 500}):
                answer = await phone.post(f"{link}/jawab", data={"form": form, "words": "", **typed})
                assert answer.status_code == 422
            kept = await phone.post(f"{link}/jawab", data={"form": form, "answer": "", "words": "masih ada"})
            assert "masih ada" in kept.text
        assert await answers(family) == []


async def test_a_visit_belongs_to_its_link_and_ends_when_the_guardian_says_so(families):
    async with families() as family:
        told, other = await family.tell("case-1"), await family.tell("case-2", "ayah", "kata untuk ayah")
        await in_states(family.running, "case-2", "sent")
        await in_states(family.running, "case-1", "sent")
        mails = {address: number for number, (address, _) in enumerate(family.mailbox.messages)}
        mine, theirs = family.link(mails["ibu@example.org"]), family.link(mails["ayah@example.org"])
        assert await family.code(told) != await family.code(other, guardian="ayah")
        async with family.browser() as phone:
            await phone.post(mine, data={"code": await family.code(told)})
            cookie = next(each.value for each in phone.cookies.jar if each.name == "tanggap_keluarga")
            forged = await family.running.client.get(theirs, headers={"cookie": f"tanggap_keluarga={cookie}"})
            assert "kata untuk ayah" not in forged.text
            for nonsense in ("", "a.b.c", "a.b.c.d", cookie[:-1], cookie.replace("code", "birth-date")):
                seen = await family.running.client.get(mine, headers={"cookie": f"tanggap_keluarga={nonsense}"})
                assert (seen.status_code, "Rani" in seen.text) == (200, False)
            await phone.post(f"{mine}/selesai")
            assert "Rani" not in (await phone.get(mine)).text


async def test_a_code_can_be_replaced_and_the_old_one_opens_nothing(families):
    async with families() as family:
        told = await family.tell()
        await in_states(family.running, "case-1", "sent")
        old, link = await family.code(told), family.link()
        assert await family.code(told) == old
        new = await family.code(told, fresh=True)
        assert new != old
        client = family.running.client
        assert [(await client.post(link, data={"code": code})).status_code for code in (old, new)] == [422, 303]


async def test_without_a_code_handed_over_no_code_opens_anything(families):
    async with families() as family:
        await family.tell()
        await in_states(family.running, "case-1", "sent")
        assert (await family.running.client.post(family.link(), data={"code": "000000"})).status_code == 422


async def test_a_notice_does_not_leave_to_whoever_is_no_longer_the_guardian_or_is_named_by_now(families):
    async with families() as family:
        await family.running.person("siswa", "student", guardians=("ayah",))
        await family.tell("case-1")
        await in_states(family.running, "case-1", "cancelled")
        assert await outcomes(family) == [("ibu", "no-longer-guardian")]
        await family.tell("case-2", "ayah", not_before=now() + timedelta(seconds=0.5))
        people = CasePeopleChanged(
            case="case-2", student="siswa", school="school-1", desk="school", has=("ani",), given=True, deputies=(), officers=(), named=("ayah",),
            suspended=(), elsewhere=None, receiving=None, escalated=False,
        )  # fmt: skip
        await family.running.hear(people)
        await in_states(family.running, "case-2", "cancelled")
        assert family.mailbox.messages == []


async def test_a_second_guardian_hears_only_where_allowed_and_with_a_link_and_code_of_their_own(families):
    async with families() as family:
        await family.running.person("ibu", "guardian", address="")
        told = await family.tell(second="ayah")
        await in_states(family.running, "case-1", "failed", "sent", "sent")
        assert await outcomes(family) == [("ibu", "no-contact"), ("ayah", "sent")]
        mails = [number for number, (address, _) in enumerate(family.mailbox.messages) if address == "ayah@example.org"]
        link, hers, his = family.link(mails[0]), await family.code(told), await family.code(told, guardian="ayah")
        async with family.browser() as phone:
            assert (await phone.post(link, data={"code": hers})).status_code == 422
            assert (await phone.post(link, data={"code": his})).status_code == 303
            assert WORDS in (await phone.get(link)).text


async def test_an_unsafe_second_guardian_is_none(families):
    async with families() as family:
        mark = MarkUnsafe(student="siswa", school="school-1", guardians=("ayah",))
        await mark_unsafe(family.running.kernel.store, turns_of(family), mark, family.running.occasion())
        await family.running.person("ibu", "guardian", address="")
        await family.tell(second="ayah")
        await in_states(family.running, "case-1", "failed", "sent")
        assert "ayah@example.org" not in [address for address, _ in family.mailbox.messages]


async def test_a_notice_that_nobody_answers_goes_to_the_second_guardian_and_then_to_a_person(families):
    async with families() as family:
        await family.tell(second="ayah")
        await in_states(family.running, "case-1", "sent")
        await pass_deadline(family, 1)
        await in_states(family.running, "case-1", "sent", "sent")
        await pass_deadline(family, 2)
        await in_states(family.running, "case-1", "sent", "sent", "sent")
        assert await outcomes(family) == [("ibu", "sent"), ("ayah", "sent"), ("ayah", "unanswered")]
        assert family.mailbox.messages[-1][0] == "ani@example.org"


async def pass_deadline(family: Family, step: int) -> None:
    async with past_the_wall(family.running.kernel.database).connection() as connection:
        await connection.execute("UPDATE deadline_v1 SET due_at = clock_timestamp() WHERE kind = 'notice' AND step = %s", (step,))


async def test_the_school_sees_each_guardian_s_state_and_nobody_else_of_the_school_does(families):
    async with families() as family:
        told = await family.tell()
        await in_states(family.running, "case-1", "sent")
        client, path = family.running.client, f"/notifications/api/notices/{told.notice}"
        (guardian,) = (await client.get(path, headers=family.counsellor)).json()["guardians"]
        assert (guardian["guardian"], guardian["state"], guardian["outcome"], guardian["answer"]) == ("ibu", "sent", "sent", None)
        other = family.running.as_person("x", "counsellor", "school-2")
        for method, where in (("GET", path), ("POST", f"{path}/code"), ("POST", f"{path}/revoke")):
            body = {"guardian": "ibu"} if where.endswith("code") else None
            assert (await client.request(method, where, json=body, headers=other)).status_code == 404
        assert (await client.post(f"{path}/code", json={"guardian": "paman"}, headers=family.counsellor)).status_code == 404


async def test_erasing_the_student_ends_words_and_code(families):
    async with families() as family:
        told = await family.tell()
        await in_states(family.running, "case-1", "sent")
        code, link = await family.code(told), family.link()
        await erase(family.running.kernel, "siswa")
        client = family.running.client
        assert (await client.post(link, data={"code": code})).status_code == 422
        refused = await client.post(f"/notifications/api/notices/{told.notice}/code", json={"guardian": "ibu"}, headers=family.counsellor)
        assert refused.status_code == 403


async def test_the_mail_says_nothing_but_that_there_is_a_message(families):
    async with families() as family:
        await family.tell(asks="referral-consent", about="referral-1")
        await in_states(family.running, "case-1", "sent")
        text = text_of(family.mailbox.messages[-1][1])
        assert text.replace(family.link(), "LINK").count("LINK") == 2
        assert not any(word in text.lower() for word in ("rujuk", "konsel", "bk", "refer", "rani", "siswa", "case-1"))


async def mark_father(family: Family) -> None:
    mark = MarkUnsafe(student="siswa", school="school-1", guardians=("ayah",))
    await mark_unsafe(family.running.kernel.store, turns_of(family), mark, family.running.occasion())


async def test_where_somebody_at_home_is_unsafe_a_birth_date_opens_nothing(families):
    async with families() as family:
        await family.running.person("siswa", "student", guardians=("ibu", "ayah"), born="2011-04-30")
        await mark_father(family)
        told = await family.tell(asks="appointment", meet_at=now() + timedelta(days=5), about="activity-1")
        await in_states(family.running, "case-1", "sent")
        link = family.link()
        async with family.browser() as phone:
            assert 'name="born"' not in (await phone.get(link)).text
            assert (await phone.post(link, data={"born": "2011-04-30"})).status_code == 422
            assert (await phone.post(link, data={"code": await family.code(told)})).status_code == 303


async def test_a_mailbox_that_an_unsafe_guardian_has_too_gets_nothing(families):
    async with families() as family:
        await family.running.person("ayah", "guardian", address="Ibu@Example.org")
        await family.running.person("siswa", "student", guardians=("ibu", "ayah"))
        await mark_father(family)
        await family.tell()
        await in_states(family.running, "case-1", "cancelled")
        assert family.mailbox.messages == []
