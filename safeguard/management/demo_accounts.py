"""The accounts of the demo: fictional people, one for each kind of user, all with the same password."""

from dataclasses import dataclass

DEMO_PASSWORD = "safeguard-demo"  # noqa: S105  (published on purpose: it opens fictional data only)

SOCIAL_CARE = "Northshire children’s services"
OAKFIELD = "Oakfield Primary School"
MILLBROOK = "Millbrook Academy"
HEALTH = "Northshire 0–19 health team"
POLICE = "Northshire Police"
VOLUNTARY = "Harbour Family Support"
OFFICE = "Northshire partnership office"


@dataclass(frozen=True)
class DemoAccount:
    """Who somebody is, as the demo's table shows it: signs in with ``email``; ``job`` is what to try as them."""

    name: str
    email: str
    agency: str
    role_label: str
    job: str


DEMO_ACCOUNTS: tuple[DemoAccount, ...] = (
    DemoAccount("Alice Archer", "alice@example.org", SOCIAL_CARE, "Social worker", "logs concerns, leads a case"),
    DemoAccount("Tariq Turner", "tariq@example.org", OAKFIELD, "Teacher", "makes a referral, hears back"),
    DemoAccount("Daisy Dale", "daisy@example.org", OAKFIELD, "Designated safeguarding lead", "leads for the school"),
    DemoAccount("Mo Malik", "mo@example.org", SOCIAL_CARE, "MDT lead", "prepares and chairs meetings"),
    DemoAccount("Tess Tanner", "tess@example.org", SOCIAL_CARE, "Triage officer", "works the referral queue"),
    DemoAccount("Dora Drew", "dora@example.org", SOCIAL_CARE, "Designated officer", "answers concerns about staff"),
    DemoAccount("Hana Hughes", "hana@example.org", HEALTH, "Health visitor", "contributes; also works at Oakfield"),
    DemoAccount("Piotr Pryce", "piotr@example.org", POLICE, "Police officer", "contributes events and reports"),
    DemoAccount("Vera Vaughan", "vera@example.org", VOLUNTARY, "Family support worker", "contributes to cases"),
    DemoAccount("Maggie Mills", "maggie@example.org", SOCIAL_CARE, "Agency manager", "manages people and workload"),
    DemoAccount("Ian Ives", "ian@example.org", SOCIAL_CARE, "Information governance lead", "reviews who saw what"),
    DemoAccount("Ana Amos", "ana@example.org", OFFICE, "Partnership analyst", "sees counts, never a name"),
    DemoAccount("Adam Abbot", "adam@example.org", OFFICE, "Administrator", "configures; sees no case"),
    DemoAccount("Olive Osborne", "olive@example.org", MILLBROOK, "Safeguarding lead elsewhere", "sees none of this"),
)
