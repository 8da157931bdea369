"""The demo's cases. No child, family or event here is or was real: every surname says so."""

from dataclasses import dataclass

from cases.codes import LawfulBasis, LevelOfNeed, Sex
from cases.models import AccessLevel, Sensitivity
from safeguard.management import demo_accounts as demo

S11, S17, S47 = LawfulBasis.CA2004_S11, LawfulBasis.CA1989_S17, LawfulBasis.CA1989_S47
VIEW, CONTRIBUTE = AccessLevel.VIEW, AccessLevel.CONTRIBUTE
EARLY_HELP, TARGETED, SPECIALIST = LevelOfNeed.EARLY_HELP, LevelOfNeed.TARGETED, LevelOfNeed.SPECIALIST
HOMES, PROBATION = "Northshire Homes", "Northshire Probation"
ALICE, GRACE, SAM = "alice@example.org", "grace@example.org", "sam@example.org"
MO, MAGGIE = "mo@example.org", "maggie@example.org"
TARIQ, DAISY, HANA = "tariq@example.org", "daisy@example.org", "hana@example.org"
PIOTR, VERA, LENA = "piotr@example.org", "vera@example.org", "lena@example.org"

EVERYBODY: tuple[str, ...] | None = None
OWN_TEAM: tuple[str, ...] = ()


@dataclass(frozen=True)
class Brought:
    """An agency's safeguarding team that came in, so many ``days`` ago."""

    agency: str
    days: int
    purpose: str
    level: AccessLevel = CONTRIBUTE
    basis: LawfulBasis = S11
    confidential: bool = False


@dataclass(frozen=True)
class Told:
    """What somebody recorded ``days`` ago. ``sectors``: None for everybody involved, empty for the own team."""

    days: int
    email: str
    title: str
    body: str
    sectors: tuple[str, ...] | None = EVERYBODY
    sensitivity: Sensitivity = Sensitivity.ORDINARY
    placeholder: bool = False  # others may know that the team holds something


@dataclass(frozen=True)
class Relative:
    """Somebody of the family: what they are to the child, whether they live together and may meet."""

    name: str
    kind: str
    lives_with: str = "yes"
    parental_responsibility: str = "yes"
    contact_not_allowed: bool = False


@dataclass(frozen=True, kw_only=True)
class DemoCase:
    """A child with a case. ``age`` is in days, below zero for an unborn child; ``days`` is since the opening.

    ``services`` know the child: kind and name. ``named`` are those who alone see it (restricted), ``out`` is
    kept out, ``emergency`` took emergency access; each goes with its reason.
    """

    given: str
    surname: str
    age: int
    days: int
    sex: Sex = Sex.UNKNOWN
    lead: str = ALICE
    basis: LawfulBasis = S17
    level: LevelOfNeed | None = None
    worker: str = ""
    nhs_number: str = ""
    address: str = ""
    family: tuple[Relative, ...] = ()
    services: tuple[tuple[str, str], ...] = ()
    brought: tuple[Brought, ...] = ()
    told: tuple[Told, ...] = ()
    named: tuple[str, ...] = ()
    restricted_because: str = ""
    out: tuple[str, str] | None = None
    emergency: tuple[str, str] | None = None
    not_needed: tuple[tuple[str, str], ...] = ()
    closed_because: str = ""


YEAR = 365
DEMO_CASES: tuple[DemoCase, ...] = (
    DemoCase(
        given="Robin",
        surname="Example",
        age=9 * YEAR + 40,
        days=120,
        sex=Sex.FEMALE,
        level=TARGETED,
        worker=ALICE,
        nhs_number="999 000 0018",
        address="14 Nowhere Lane, Northshire",
        family=(
            Relative("Jo Example", "mother"),
            Relative("Lee Example", "father", lives_with="no", contact_not_allowed=True),
            Relative("Gwen Example", "grandparent", lives_with="no", parental_responsibility="no"),
        ),
        services=(("school", demo.OAKFIELD), ("gp", "Mill Road Surgery")),
        brought=(
            Brought(demo.OAKFIELD, 118, "Attendance, and how Robin is at school"),
            Brought(demo.HEALTH, 110, "Health checks that were missed"),
            Brought(demo.POLICE, 40, "Calls to the home at night", basis=S47),
        ),
        told=(
            Told(117, TARIQ, "Robin came without a coat again", "Third time this month. Lent one from lost property."),
            Told(96, HANA, "Home visit: nobody in", "Arranged by phone the day before. Left a card and rang twice."),
            Told(
                74,
                ALICE,
                "Visit to Robin at home",
                "Saw Robin alone. “I like it best when Gran is here.” Kitchen clean, food in the fridge.",
            ),
            Told(
                39,
                PIOTR,
                "Officers called to the home",
                "A neighbour reported shouting at 11pm. No offence disclosed. Robin was awake on the stairs.",
                ("social_care", "health"),
                Sensitivity.SENSITIVE,
                placeholder=True,
            ),
            Told(38, DAISY, "Robin asked to stay after school", "Said that home was “too loud” last night."),
            Told(12, TARIQ, "Attendance is up to 91 %", "Was 78 % in the autumn. Robin joined the choir."),
            Told(5, ALICE, "Talked over in supervision", "Plan holds; see Gran about weekends.", OWN_TEAM),
        ),
        not_needed=(("probation", "Nobody in the household is known to probation."),),
    ),
    DemoCase(
        given="Wren",
        surname="Placeholder",
        age=4 * YEAR + 200,
        days=64,
        sex=Sex.MALE,
        level=SPECIALIST,
        worker=GRACE,
        basis=S47,
        brought=(
            Brought(demo.HEALTH, 64, "Injuries that were not explained", basis=S47),
            Brought(demo.POLICE, 64, "Joint enquiry", basis=S47),
            Brought(demo.VOLUNTARY, 30, "Support for Wren’s mother", VIEW),
        ),
        told=(
            Told(64, GRACE, "Strategy discussion held", "Police and health took part. Joint visit agreed for today."),
            Told(
                63,
                HANA,
                "Seen by a paediatrician",
                "The bruise fits the fall that was described. A follow-up is booked.",
                ("social_care", "police"),
                Sensitivity.SENSITIVE,
            ),
            Told(29, VERA, "First meeting of the parents’ group", "Wren’s mother came and stayed to the end."),
            Told(8, PIOTR, "Enquiry closed, no further action", "Told the family today, with Grace Green."),
        ),
    ),
    DemoCase(
        given="Juno",
        surname="Sample",
        age=13 * YEAR + 90,
        days=210,
        sex=Sex.FEMALE,
        level=TARGETED,
        worker=ALICE,
        brought=(
            Brought(demo.OAKFIELD, 205, "Moved on to another school; records to pass on", VIEW),
            Brought(demo.VOLUNTARY, 150, "A safe place to stay", confidential=True),
            Brought(HOMES, 100, "The tenancy is at risk"),
        ),
        told=(
            Told(204, DAISY, "School file passed on", "Handed over in person, receipt on file."),
            Told(149, VERA, "Juno has moved in", "Settled on the first night. Asked for her own towels.", OWN_TEAM),
            Told(99, LENA, "Arrears plan agreed", "£5 a week from next month. No notice will be served.", ("housing",)),
            Told(20, ALICE, "Juno’s own words", "“Ask me first, before you ring my mum.” We agreed how."),
        ),
    ),
    DemoCase(
        given="Kit",
        surname="Fictional",
        age=7 * YEAR,
        days=45,
        level=EARLY_HELP,
        worker=SAM,
        brought=(Brought(demo.OAKFIELD, 44, "Family support through the school"),),
        told=(Told(30, TARIQ, "Breakfast club started", "Kit came every day this week, on time."),),
        out=(MAGGIE, "Lives next door to the family."),
    ),
    DemoCase(
        given="Baby of Mina",
        surname="Invented",
        age=-70,
        days=21,
        level=SPECIALIST,
        worker=ALICE,
        basis=S47,
        brought=(Brought(demo.HEALTH, 20, "Pre-birth assessment", basis=S47),),
        told=(Told(14, HANA, "Antenatal visit", "Mother well and prepared. Cot and clothes are there."),),
    ),
    DemoCase(
        given="Ash",
        surname="Pretend",
        age=11 * YEAR + 15,
        days=90,
        sex=Sex.MALE,
        level=SPECIALIST,
        worker=ALICE,
        basis=S47,
        brought=(Brought(demo.POLICE, 88, "Joint enquiry", basis=S47),),
        told=(Told(87, ALICE, "Ash was seen alone", "At school, by his choice. Notes are in the file.", OWN_TEAM),),
        named=(ALICE, GRACE, PIOTR),
        restricted_because="A relative works for one of the agencies.",
    ),
    DemoCase(
        given="Bryn",
        surname="Imaginary",
        age=15 * YEAR,
        days=300,
        sex=Sex.MALE,
        level=TARGETED,
        brought=(Brought(demo.OAKFIELD, 290, "Younger siblings at the school", VIEW),),
        told=(Told(280, ALICE, "Family meeting", "Everybody came. Bryn wrote the first point of the plan himself."),),
        closed_because="The plan was met. Bryn, his family and the school agreed to end it.",
    ),
    DemoCase(
        given="Fern",
        surname="Notreal",
        age=2 * YEAR + 30,
        days=9,
        sex=Sex.FEMALE,
        brought=(Brought(demo.HEALTH, 8, "Two-year review was missed"),),
        told=(Told(6, HANA, "Fern was seen at the clinic", "Growing well. Next review in six months."),),
    ),
    DemoCase(
        given="Lark",
        surname="Makebelieve",
        age=6 * YEAR + 120,
        days=33,
        level=EARLY_HELP,
        worker=MO,
        brought=(Brought(PROBATION, 30, "Conditions of the father’s licence", VIEW),),
        told=(Told(25, MO, "Who else should know?", "The school has no lead for Lark yet. Daisy Dale will say who."),),
        emergency=(PIOTR, "Called to the address tonight, no answer from the duty desk."),
    ),
    DemoCase(given="Reed", surname="Storybook", age=8 * YEAR, days=3, sex=Sex.MALE),
    DemoCase(
        given="Sky",
        surname="Specimen",
        age=10 * YEAR + 300,
        days=75,
        lead=DAISY,
        basis=S11,
        level=EARLY_HELP,
        worker=TARIQ,
        told=(
            Told(70, DAISY, "Plan with Sky and her dad", "Homework club twice a week; review after half-term."),
            Told(35, TARIQ, "Sky stays for homework club", "“It’s quieter than at home.”"),
        ),
    ),
    DemoCase(
        given="Jude",
        surname="Madeup",
        age=1 * YEAR + 10,
        days=50,
        lead=HANA,
        basis=S11,
        level=EARLY_HELP,
        worker=HANA,
        brought=(Brought(demo.VOLUNTARY, 45, "Parenting course"),),
        told=(Told(44, VERA, "Course begun", "Both parents came. Jude slept through it."),),
    ),
)
