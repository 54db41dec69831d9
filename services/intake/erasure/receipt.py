"""The receipt of an erasure: what ended, what a duty keeps and until when, when the last backup ends; signed, and checkable for ever."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.intake.domain.erasure import Erasure, ErasureCompleted
from shared.database import Database
from shared.errors import HistoryBroken
from shared.eventstore.signing import recorded_keys, sign_statement, statement_fits, trusted
from shared.keys import Keys

STATEMENT = "erasure-receipt"


@dataclass(frozen=True, slots=True)
class Receipt:
    """statement: what is signed, as it is written. key: the id of the key that signed; its public key is recorded and vouched for in the store."""

    statement: str
    key: str
    signature: str


@dataclass(frozen=True, slots=True)
class Receipts:
    """Signs receipts, and checks them."""

    database: Database
    keys: Keys

    def of(self, erasure: Erasure) -> Receipt | None:
        """None while it is underway, or held."""
        if erasure.completed is None:
            return None
        statement = json.dumps(told(erasure, erasure.completed), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        key = self.keys.active("head")
        return Receipt(statement, key.id, sign_statement(key, STATEMENT, statement.encode()).hex())

    async def is_ours(self, receipt: Receipt) -> bool:
        """Whether this district signed exactly this. Raises: Unavailable."""
        public = trusted("intake", self.keys.held("head"), await recorded_keys(self.database)).get(receipt.key)
        try:
            signature = bytes.fromhex(receipt.signature)
        except ValueError:
            return False
        return public is not None and statement_fits(public, STATEMENT, receipt.statement.encode(), signature)


def told(erasure: Erasure, completed: ErasureCompleted) -> dict[str, Any]:
    """What a receipt says."""
    asked, decided, destroyed = erasure.requested, erasure.decided, erasure.destroyed
    if asked is None or decided is None or destroyed is None:
        raise HistoryBroken(f"the erasure {completed.erasure} is whole, and nobody asked for it, decided it, or destroyed its keys")
    return {
        "erasure": asked.erasure,
        "person": asked.person,
        "ground": asked.ground,
        "scope": asked.scope,
        "asked_at": _written(asked.at),
        "asked_by": asked.by,
        "completed_at": _written(completed.at),
        "ended": sorted({each.purpose for each in destroyed.keys if each.owner == asked.person}),
        "keys_destroyed": destroyed.living,
        "cases": len(decided.cases),
        "concerns_ended": len(decided.concerns),
        "kept": [{"purpose": each.purpose, "until": each.until.isoformat() if each.until else None, "rule": each.rule} for each in decided.kept],
        "words_in_records_of_others": decided.mentions,
        "purged": {each.service: each.counts for each in sorted(erasure.purged, key=lambda each: each.service)},
        "last_backup_ends": _written(completed.backups_end),
    }


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
