"""The journal beside the backups: what must outlive a restore, as ids, signed, on the disk before it is acknowledged (decision 23; ADR 49).

To have an event in it, declare on its class `outlives: ClassVar[Outlives | None] = "always"` (or "with-its-stream"): nothing else is to be called.
The store then returns from `append` only when the journal has it, and a restore appends it again, under its own id, before anything serves.
Where more has to be done again than to tell the event (an erasure destroys keys), a row of `district/backups/reapplying.py`, `CONSEQUENCES`, does it.
"""

from shared.journal.entry import Entry
from shared.journal.keeping import Following, Journal
from shared.journal.outliving import outliving

__all__ = ["Entry", "Following", "Journal", "outliving"]
