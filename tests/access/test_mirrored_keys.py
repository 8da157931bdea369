"""The nightly check of the keys that triggers mirror on grants: it agrees with the triggers, and finds what drifted."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.models import Case, CaseGroupGrant
from tests.access.worlds import make_world
from tests.factories import as_owner

pytestmark = pytest.mark.django_db


def checked() -> str:
    """Return what the command says; SystemExit where it finds something."""
    out = StringIO()
    call_command("check_mirrored_keys", stdout=out)
    return out.getvalue()


@given(seed=st.integers(min_value=0, max_value=2**32))
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_it_finds_no_drift_where_triggers_kept_the_keys(seed: int) -> None:
    with transaction.atomic():
        make_world(seed)

        assert checked() == "Mirrored keys that have drifted: 0.\n"
        transaction.set_rollback(True)


def test_it_lists_each_key_that_drifted_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    make_world(7)
    with as_owner():
        grant = CaseGroupGrant.objects.order_by("pk")[0]
        case = Case.objects.get(pk=grant.content_object_id)
        right = grant.last_activity_at
        CaseGroupGrant.objects.filter(pk=grant.pk).update(
            restricted=not case.restricted, last_activity_at=right + timedelta(days=1)
        )
    out = StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("check_mirrored_keys", stdout=out)

    assert ended.value.code == 1
    listed = out.getvalue().splitlines()
    assert listed[0].startswith(f"Grant {grant.pk} of case {case.pk}: last_activity_at is ")
    assert listed[1].startswith(f"Grant {grant.pk} of case {case.pk}: restricted is ")
    assert listed[2] == "Mirrored keys that have drifted: 2."
