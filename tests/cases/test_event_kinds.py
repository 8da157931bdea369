"""The table of event kinds is complete."""

from cases.event_kinds import KINDS, Group, Kind, kinds_of


def test_every_kind_says_what_it_is_called_and_where_it_belongs() -> None:
    assert set(KINDS) == set(Kind)
    assert all(str(spec.label) for spec in KINDS.values())


def test_a_group_gives_its_kinds_in_the_order_of_the_table() -> None:
    assert kinds_of(Group.STATUS)[:2] == [Kind.CASE_OPENED, Kind.CASE_CLOSED]
    assert all(kind in kinds_of(spec.group) for kind, spec in KINDS.items())
