"""Referrals in the search box: what one's side sent, and what one's agency works on."""

from django.db.models import Q, TextField, Value
from django.db.models.functions import Concat, Trim

from agencies.acting import Acting
from cases.access_search import Asked
from cases.matching import normal, short_forms
from referrals.access import is_senders
from referrals.access_conflicts import conflicts_among
from referrals.models import Referral
from safeguard.audit import actions as audit


def search(by: Acting, text: str, *, most: int) -> list[Referral]:
    """Return at most ``most`` referrals that ``by`` sent or works on and that ``text`` may mean, the newest first.

    Without those that they work on and that may be about a child from whose case they are kept out. ``text`` is a
    reference, or a child's name (spelt nearly right, short, or turned round), date of birth or health service number.
    What is shown is one audit row; what was typed is kept nowhere.
    """
    asked = Asked.from_text(text)
    meant = _meant(asked)
    if not by.works_with_cases or meant is None:
        return []
    names = Trim(Concat("given", Value(" "), "surname"), output_field=TextField())
    seen = Referral.objects.visible_to(by).select_related("from_agency")
    found = list(seen.alias(names=names).filter(meant).order_by("-received_at", "-pk")[:most])
    closed = conflicts_among([each for each in found if not is_senders(by, each)]) if found else {}
    shown = [each for each in found if each not in closed]
    audit.record_read("referral.search", by=by, target="referrals.Referral", uuids=[each.uuid for each in shown])
    return shown


def _meant(asked: Asked) -> Q | None:
    if asked.reference:
        return Q(reference=asked.reference)
    number = normal.number(asked.number)
    if number.isdigit():
        return Q(nhs_number=number)
    born = Q(born_on=asked.day) if asked.day else None
    if not asked.name:
        return born
    words = Q()
    for word in asked.name.split():
        meant = (word, *short_forms.of(word))
        words &= Q(*(Q(given__icontains=each) | Q(surname__icontains=each) for each in meant), _connector=Q.OR)
    named = words | Q(names__trigram_word_similar=asked.name)
    return named & born if born else named
