"""What a person changes about themself, and which of their agencies they act for."""

from agencies.acting import Acting
from agencies.models import Membership, User
from safeguard.audit.actions import one_transaction, record


@one_transaction
def change_profile(*, name: str, phone: str, by: Acting) -> None:
    """Change the name and work phone of the person ``by``."""
    User.objects.filter(pk=by.user.pk).update(name=name.strip(), phone=phone.strip())
    record("profile.change", by=by, target="agencies.User", uuids=[by.user.uuid])


@one_transaction
def act_for(membership: Membership, *, by: Acting) -> str:
    """Record that ``by`` now acts under ``membership`` and return its key for the session.

    Raises Membership.DoesNotExist where it is not theirs or does not hold now.
    """
    chosen = Membership.objects.live().of(by.user).get(pk=membership.pk)
    record("membership.act", by=by, target="agencies.Membership", uuids=[chosen.uuid])
    return str(chosen.uuid)
