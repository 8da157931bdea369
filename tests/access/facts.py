"""Every protected row as the owner reads it, and the oracle's verdict on each of them for each reader.

Grants are taken from the involvements, which are the truth, and not from the rows derived from them.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils import timezone

from agencies.models import Membership, Team
from cases.access_records import record_models
from cases.models import Address, Concern, Involvement, TimelineEntryReader
from referrals.models import Referral
from tests.access import oracle
from tests.factories import as_owner

Row = dict[str, Any]
# Roles whose teams open no case to them.
WITHOUT_CASES = {"information_governance_lead", "analyst", "administrator"}


def protected_models() -> list[type[Model]]:
    """Return every model whose rows are protected."""
    return [model for model in apps.get_models() if getattr(model, "protected", False)]


@dataclass
class Facts:
    """All protected rows by model name and key, and the cases as the oracle knows them."""

    rows: dict[str, dict[int, Row]]
    cases: dict[int, oracle.Case]
    named_on_address: dict[int, set[int]]
    named_on_involvement: dict[int, set[int]]
    implicated: dict[int, set[int]]
    kept_from_referral: dict[int, set[int]]
    works_at: dict[int, set[int]]  # agency to the people with a membership of it today
    now: datetime = field(default_factory=timezone.now)

    def sees(self, reader: oracle.Reader, model: str, pk: int) -> bool:
        """Return the oracle's verdict on one row. Raises KeyError for a protected model without a rule."""
        return RULES[model](self, reader, self.rows[model][pk])

    def level(self, reader: oracle.Reader, case: int) -> int:
        """Return what the reader may do with the case: 0 for nothing."""
        return oracle.level(reader, self.cases[case], self.now)

    def child(self, reader: oracle.Reader, pk: int) -> bool:
        """Return whether the reader sees the child."""
        team = self.rows["Child"][pk]["recorded_by_team_id"]
        about = [row for row in self.rows["Concern"].values() if row["child_id"] == pk]
        by_concern = any(_concern(self, reader, row) for row in about)
        return oracle.sees_child(reader, pk, team, list(self.cases.values()), self.now, by_concern=by_concern)

    def record(self, reader: oracle.Reader, pk: int) -> bool:
        """Return whether the reader sees the child's whole record, which no concern opens."""
        team = self.rows["Child"][pk]["recorded_by_team_id"]
        return oracle.sees_record(reader, pk, team, list(self.cases.values()), self.now)

    def hidden(self, reader: oracle.Reader, model: str) -> list[int]:
        """Return the keys of the model's rows that the reader may not see."""
        return [pk for pk in self.rows[model] if not self.sees(reader, model, pk)]


def facts() -> Facts:
    """Read the truth as the owner."""
    with as_owner():
        rows = {
            model.__name__: {row["id"]: row for row in model._default_manager.values()} for model in protected_models()
        }
        on_address = _pairs(Address.readers.through, "address_id")
        on_involvement = _pairs(Involvement.readers.through, "involvement_id")
        implicated = _pairs(Concern.implicated.through, "concern_id")
        kept_from_referral = _pairs(Referral.kept_from.through, "referral_id")
        works_at: dict[int, set[int]] = defaultdict(set)
        for agency, user in Membership.objects.current().values_list("agency", "user"):
            works_at[agency].add(user)
        groups = dict(Team.objects.values_list("pk", "group_id"))
        entry_readers = list(TimelineEntryReader.objects.values_list("entry", "user", "team", "agency"))
    cases = _cases(rows, groups, entry_readers)
    return Facts(rows, cases, on_address, on_involvement, implicated, kept_from_referral, works_at)


def _pairs(through: Any, key: str) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for owner, user in through.objects.values_list(key, "user_id"):
        found[owner].add(user)
    return found


def _cases(
    rows: Mapping[str, dict[int, Row]], groups: dict[int, int], entry_readers: list[tuple[Any, ...]]
) -> dict[int, oracle.Case]:
    cases = {pk: oracle.Case(pk, row["child_id"], row["restricted"]) for pk, row in rows["Case"].items()}
    for row in rows["Involvement"].values():
        cases[row["case_id"]].groups.append(_grant(row, groups[row["team_id"]]))
    for row in rows["CaseUserGrant"].values():
        cases[row["content_object_id"]].people.append(_grant(row, row["user_id"]))
    for row in rows["CaseExclusion"].values():
        cases[row["case_id"]].excluded.add(row["user_id"])
    named: dict[int, set[tuple[str, int]]] = defaultdict(set)
    for entry, user, team, agency in entry_readers:
        named[entry] |= {(kind, pk) for kind, pk in (("user", user), ("team", team), ("agency", agency)) if pk}
    for pk, row in rows["TimelineEntry"].items():
        audience = (row["author_group_id"], row["audience_mask"], row["sensitivity"], frozenset(named[pk]))
        cases[row["case_id"]].entries.append(oracle.Entry(pk, *audience))
    return cases


def _grant(row: Row, holder: int) -> oracle.Grant:
    return oracle.Grant(holder, row["level"], row["since"], row["until"])


def reader_of(membership: Membership) -> oracle.Reader | None:
    """Return the oracle's reader under the membership as it stands now, None where it does not hold."""
    with as_owner():
        now = timezone.now()
        row = Membership.objects.select_related("agency__sector", "user").get(pk=membership.pk)
        if row.since > now or (row.until and row.until <= now) or row.agency.status != "active":
            return None
        works = bool(set(row.roles) - WITHOUT_CASES)
        teams = [team for team in row.teams.all() if team.is_active and works]
    return oracle.Reader(
        row.user_id,
        row.agency_id,
        frozenset(team.group_id for team in teams),
        frozenset(team.pk for team in teams),
        1 << row.agency.sector.bit,
        row.clearance,
        works,
        membership=row.uuid,
        receives=bool(set(row.roles) & {"triage_officer", "manager"}),
        answers_checks=bool(set(row.roles) & {"safeguarding_lead", "manager"}),
    )


# --- The rule for every protected table -----------------------------------------------------------


def _of_case(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    return facts.level(reader, row.get("case_id") or row["content_object_id"]) > 0


def _of_child(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    return facts.child(reader, row["child_id"])


def _of_record(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    return facts.record(reader, row["child_id"])


def _address(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    named = facts.named_on_address[row["id"]]
    return oracle.sees_address(
        reader, facts.record(reader, row["child_id"]), row["is_protected"], row["recorded_by_id"], named
    )


def _involvement(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    known = facts.named_on_involvement[row["id"]] | {row["started_by_id"]}
    return oracle.sees_involvement(reader, _of_case(facts, reader, row), row["confidential"], row["team_id"], known)


def _group_grant(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    return facts.sees(reader, "Involvement", row["share_id"])


def _person(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    ties = [tie for tie in facts.rows["Relationship"].values() if tie["person_id"] == row["id"]]
    return row["recorded_by_team_id"] in reader.teams or any(facts.record(reader, tie["child_id"]) for tie in ties)


def _exclusion(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    return facts.level(reader, row["case_id"]) == 3


def _proposal(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    known = facts.sees(reader, "Involvement", row["involvement_id"])
    leads = facts.level(reader, row["case_id"]) == 3 and row["user_id"] != reader.user
    return leads and known and facts.sees(reader, "Relationship", row["relationship_id"])


def _match_decision(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    return facts.child(reader, row["found_id"]) and (row["made_id"] is None or facts.child(reader, row["made_id"]))


def _entry(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    case = facts.cases[row["case_id"]]
    (entry,) = (each for each in case.entries if each.pk == row["id"])
    return oracle.sees_entry(reader, case, entry, facts.now)


def _attachment(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    if row["entry_id"]:
        return _of_entry(facts, reader, row)
    return facts.sees(reader, "Concern", row["concern_id"])


def _of_entry(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    return facts.sees(reader, "TimelineEntry", row["entry_id"])


def _own(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    return bool(row["user_id"] == reader.user)


def _concern(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    kept_from = facts.implicated[row["id"]] | (facts.works_at[row["workplace_id"]] - {row["author_id"]})
    known = oracle.Concern(
        row["author_id"],
        row["author_agency_id"],
        frozenset({row["team_id"], row["also_id"]}),
        frozenset(kept_from),
        row["entry_id"] is not None,
        held=row["entry_id"] is None or row["look_due_at"] is not None,
    )
    by_entry = row["entry_id"] is not None and facts.sees(reader, "TimelineEntry", row["entry_id"])
    excluded = oracle.is_excluded_from_child(reader, row["child_id"], list(facts.cases.values()))
    return oracle.sees_concern(reader, known, by_entry, excluded)


def _concern_step(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    mine = row["kind"] != "decided" or row["team_id"] in reader.teams
    return mine and facts.sees(reader, "Concern", row["concern_id"])


def _referral(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    if _is_kept_out(facts, reader, row):
        return False
    known = oracle.Referral(
        row["submitted_by_id"],
        row["from_agency_id"],
        row["from_team_id"],
        row["to_agency_id"],
        frozenset(facts.kept_from_referral[row["id"]]),
    )
    return oracle.sees_referral(reader, known)


def _is_kept_out(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    children = [each["child_id"] for each in facts.rows["Acceptance"].values() if each["referral_id"] == row["id"]]
    if reader.user in facts.kept_from_referral[row["id"]] or any(
        _holds(facts, each, children) for each in _holds_of(facts, reader, row)
    ):
        return True
    cases = list(facts.cases.values())
    return any(oracle.is_excluded_from_child(reader, child, cases) for child in children)


def _holds_of(facts: Facts, reader: oracle.Reader, row: Row) -> list[Row]:
    mine = (each for each in facts.rows["ReferralHold"].values() if each["person_id"] == reader.user)
    return [each for each in mine if each["referral_id"] == row["id"] and each["choice"] != "not_same"]


def _holds(facts: Facts, hold: Row, accepted: list[int]) -> bool:
    pairs = [{hold["child_id"], child} for child in accepted]
    decisions = (each for each in facts.rows["MatchDecision"].values() if each["choice"] == "not_same")
    return not any({each["found_id"], each["made_id"]} in pairs for each in decisions)


def _hold(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    return _of_received(facts, reader, row) and (row["person_id"] != reader.user or row["choice"] == "not_same")


def _check(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    asked = reader.works and reader.answers_checks and row["agency_id"] == reader.agency
    referral = facts.rows["Referral"][row["referral_id"]]
    return _of_received(facts, reader, row) or (asked and not _is_kept_out(facts, reader, referral))


def _of_referral(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    return facts.sees(reader, "Referral", row["referral_id"])


def _step(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    told = row["action"] not in {"propose", "send_back"}
    return _of_referral(facts, reader, row) if told else _of_received(facts, reader, row)


def _acceptance(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    sees_both = _of_referral(facts, reader, row) and facts.level(reader, row["case_id"]) > 0
    return _of_received(facts, reader, row) or sees_both


def _of_received(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    to_agency = facts.rows["Referral"][row["referral_id"]]["to_agency_id"]
    return _of_referral(facts, reader, row) and reader.receives and to_agency == reader.agency


def _chronology(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    own = (row["user_id"], row["membership_uuid"]) == (reader.user, reader.membership)
    return own and _of_case(facts, reader, row)


def _of_seat(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    part = row["involvement_id"]
    known = part is None or facts.sees(reader, "Involvement", part)
    return known and facts.sees(reader, "Meeting", row["meeting_id"])


def _deadline(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    entry = row["entry_id"]
    return _of_case(facts, reader, row) and (entry is None or facts.sees(reader, "TimelineEntry", entry))


def _asked(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    return _of_thread(facts, reader, row) and facts.sees(reader, "Involvement", row["involvement_id"])


def _of_thread(facts: Facts, reader: oracle.Reader, row: Row) -> bool:
    return facts.sees(reader, "Thread", row["thread_id"])


RULES: Mapping[str, Callable[[Facts, oracle.Reader, Row], bool]] = {
    "Case": lambda facts, reader, row: facts.level(reader, row["id"]) > 0,
    "Child": lambda facts, reader, row: facts.child(reader, row["id"]),
    "ChildName": _of_child,
    "ChildIdentifier": _of_record,
    "ChildMatch": _of_record,
    "MatchDecision": _match_decision,
    "MatchPair": lambda facts, reader, row: (
        facts.record(reader, row["one_id"]) and facts.record(reader, row["other_id"])
    ),
    "SameChild": lambda facts, reader, row: (
        facts.record(reader, row["kept_id"]) and facts.record(reader, row["other_id"])
    ),
    "Address": _address,
    "Relationship": _of_record,
    "KnownService": _of_record,
    "Person": _person,
    "Involvement": _involvement,
    "NotNeeded": _of_case,
    "CaseGroupGrant": _group_grant,
    "CaseUserGrant": _of_case,
    "CaseExclusion": _exclusion,
    "ExclusionProposal": _proposal,
    "Concern": _concern,
    "ConcernStep": _concern_step,
    "Referral": _referral,
    "ReferralRelative": _of_referral,
    "ReferralStep": _step,
    "ChallengeStep": _of_referral,
    "TriageNote": _of_received,
    "PublicReporter": _of_received,
    "ReferralHold": _hold,
    "AgencyCheck": _check,
    "Acceptance": _acceptance,
    "ReferralDraft": lambda _facts, reader, row: (
        reader.works and (row["user_id"], row["agency_id"]) == (reader.user, reader.agency)
    ),
    "InjuryMark": lambda facts, reader, row: facts.sees(reader, "Concern", row["concern_id"]),
    "ConcernDraft": lambda _facts, reader, row: (row["user_id"], row["agency_id"]) == (reader.user, reader.agency),
    "TimelineEntry": _entry,
    "TimelineEntryReader": _of_entry,
    "Attachment": _attachment,
    "Chronology": _chronology,
    "EntryPin": _own,
    "EntryRemark": _of_entry,
    "EntryReceipt": _of_entry,
    "EntryPlaceholder": _of_case,
    "TimelineLook": _own,
    "MeetingSeat": _of_seat,
    "ThreadAsked": _asked,
    "ThreadMessage": _of_thread,
    "ThreadLook": lambda facts, reader, row: row["user_id"] == reader.user and _of_thread(facts, reader, row),
    **{model.__name__: _of_entry for model in record_models().values()},
    "Deadline": _deadline,
}
