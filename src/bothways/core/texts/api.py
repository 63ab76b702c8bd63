"""Personal texts: written under the writer's key, read by the writer, by those they are shared
with, or against a receipt that was committed beforehand."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from nacl.exceptions import CryptoError

from bothways.core.clock.api import now
from bothways.core.identity.api import Acting
from bothways.core.keys.api import box_for, boxes_for
from bothways.core.receipts.models import Receipt
from bothways.core.texts.models import Share, Text
from bothways.core.texts.resealing import hold_texts_of, reseal

__all__ = [
    "close",
    "drop",
    "name_kind",
    "opened",
    "own",
    "put",
    "read",
    "read_all_for_delivery",
    "read_by_owner",
    "read_for_delivery",
    "read_for_text_message",
    "read_on_receipt",
    "reseal",
    "rewrite",
    "share",
    "unshare",
    "words_for_kind",
]

MAX_LENGTH = 4000
_kinds: dict[str, Promise | str] = {}


def name_kind(kind: str, words: Promise | str) -> None:
    """Say in plain words what a kind of text is (shown in the glass box)."""
    _kinds[kind] = words


def words_for_kind(kind: str) -> Promise | str:
    """A kind of text in plain words."""
    return _kinds.get(kind, kind)


def put(*, owner_id: uuid.UUID, kind: str, words: str) -> uuid.UUID:
    """Seal `words` (at most 4,000 characters) under the owner's key and return the text's id."""
    if len(words) > MAX_LENGTH:
        raise ValueError(f"a text has at most {MAX_LENGTH} characters, this one has {len(words)}")
    text = Text(owner_id=owner_id, kind=kind, written_at=now())
    with transaction.atomic(savepoint=False):
        text.sealed = _seal(text.id, owner_id, words)
        text.save(force_insert=True)
    return text.id


def rewrite(*, owner_id: uuid.UUID, text_id: uuid.UUID, words: str) -> None:
    """Replace the words of one's own text; who may read it stays as it was."""
    if len(words) > MAX_LENGTH:
        raise ValueError(f"a text has at most {MAX_LENGTH} characters, this one has {len(words)}")
    with transaction.atomic(savepoint=False):
        Text.objects.filter(id=text_id, owner_id=owner_id).update(sealed=_seal(text_id, owner_id, words))


def drop(*, owner_id: uuid.UUID, text_ids: Iterable[uuid.UUID]) -> None:
    """Delete one's own texts."""
    Text.objects.filter(id__in=list(text_ids), owner_id=owner_id).delete()


def share(
    *, owner_id: uuid.UUID, text_ids: Iterable[uuid.UUID], with_id: uuid.UUID, under: uuid.UUID
) -> None:
    """Open the owner's own texts to one other person, as long as `under` (a pair, a request) stands."""
    own = Text.objects.filter(id__in=list(text_ids), owner_id=owner_id).values_list("id", flat=True)
    Share.objects.bulk_create(
        [Share(text_id=text_id, owner_id=owner_id, with_id=with_id, under=under) for text_id in own],
        ignore_conflicts=True,
    )


def unshare(*, under: uuid.UUID, owner_id: uuid.UUID | None = None) -> None:
    """Close everything that was open under a pair or a request, or what one person had opened there."""
    rows = Share.objects.filter(under=under)
    (rows.filter(owner_id=owner_id) if owner_id else rows).delete()


def close(*, owner_id: uuid.UUID, text_ids: Iterable[uuid.UUID]) -> None:
    """Close the owner's own texts to everybody they were open to."""
    Share.objects.filter(text_id__in=list(text_ids), owner_id=owner_id).delete()


def opened(text_ids: Iterable[uuid.UUID], *, under: uuid.UUID | None = None) -> dict[uuid.UUID, uuid.UUID]:
    """Which of these texts are open, and under what, as far as the person inside may know.

    With `under`, only what is open under that pair or request.
    """
    rows = Share.objects.filter(text_id__in=list(text_ids))
    return dict((rows.filter(under=under) if under else rows).values_list("text_id", "under"))


def read(who: Acting, text_ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """The texts among `text_ids` that `who` wrote or that are shared with them.

    What may not be read, does not exist or was erased is left out, without a difference.
    """
    ids = [text_id for text_id in text_ids if text_id]
    return _open(_open_to(who).filter(id__in=ids))


def read_by_owner(who: Acting, text_ids: QuerySet[Any, Any]) -> dict[uuid.UUID, str]:
    """The same by its writer, for texts of which everybody has one; `text_ids` are asked for in the same
    statement."""
    rows = list(_open_to(who).filter(id__in=text_ids))
    words = _open(rows)
    return {row.owner_id: words[row.id] for row in rows if row.id in words}


def _open_to(who: Acting) -> QuerySet[Text]:
    shared = Share.objects.filter(text_id=OuterRef("id"), with_id=who.person_id)
    return Text.objects.filter(Q(owner_id=who.person_id) | Exists(shared))


def read_on_receipt(receipt: Receipt, text_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The subject's texts among `text_ids`, for the reader that the receipt names.

    `receipt` must be committed: `receipts.api.write` gives out no other.
    """
    if not Receipt.objects.filter(id=receipt.id).exists():
        raise PermissionError("there is no such receipt")
    return _open(Text.objects.filter(id__in=list(text_ids), owner_id=receipt.subject_id))


def read_for_delivery(person_id: uuid.UUID, kind: str) -> str | None:
    """A person's own text for a message to that same person (their address). Never for anyone else."""
    opened = _open(Text.objects.filter(owner_id=person_id, kind=kind).order_by("-written_at")[:1])
    return next(iter(opened.values()), None)


def read_all_for_delivery(person_id: uuid.UUID, kind: str) -> dict[uuid.UUID, str]:
    """The same for somebody who is reached in several places: every text of that kind, by its id."""
    return _open(Text.objects.filter(owner_id=person_id, kind=kind))


def read_for_text_message(text_ids: Iterable[uuid.UUID], *, kind: str) -> dict[uuid.UUID, str]:
    """Texts that their writer and their reader both want to go to the reader's phone, for a job.

    Which ones those are, the database knows: it shows a job no other.
    """
    return _open(Text.objects.filter(id__in=list(text_ids), kind=kind))


def own(who: Acting) -> list[tuple[Text, str]]:
    """Everything `who` wrote, oldest first."""
    rows = list(Text.objects.filter(owner_id=who.person_id).order_by("written_at", "id"))
    words = _open(rows)
    return [(row, words[row.id]) for row in rows if row.id in words]


def _seal(text_id: uuid.UUID, owner_id: uuid.UUID, words: str) -> bytes:
    """Inside a transaction that also writes the row: until it ends, no new key is given out."""
    # The id inside the box ties the ciphertext to its row: swapped rows do not open.
    hold_texts_of(owner_id)
    return box_for(owner_id).encrypt(text_id.bytes + words.encode())


def _open(rows: Iterable[Text]) -> dict[uuid.UUID, str]:
    found = list(rows)
    boxes = boxes_for(row.owner_id for row in found) if found else {}
    words: dict[uuid.UUID, str] = {}
    for row in found:
        box = boxes.get(row.owner_id)
        if box is None:
            continue
        try:
            plain = box.decrypt(bytes(row.sealed))
        except CryptoError:
            continue
        if plain[:16] == row.id.bytes:
            words[row.id] = plain[16:].decode()
    return words
