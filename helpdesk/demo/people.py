"""Who works at the demo desk, and who writes to it. All of them are invented; .test belongs to nobody."""

from __future__ import annotations

from dataclasses import dataclass

DOMAIN = "demo.test"
SUPPORT = f"support@{DOMAIN}"
SHOP = f"shop@{DOMAIN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    key: str  # also what stands before the @
    name: str
    role: str
    teams: tuple[str, ...] = ()
    language: str = "en"
    zone: str = "Europe/Stockholm"
    is_active: bool = True
    is_available: bool = True

    @property
    def email(self) -> str:
        return f"{self.key}@{DOMAIN}"

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]


COLLEAGUES = (
    Colleague(key="admin", name="Ada Nyberg", role="Admin", teams=("Support",)),
    Colleague(
        key="manager",
        name="Mika Korhonen",
        role="Manager",
        teams=("Support", "Billing"),
        zone="Europe/Helsinki",
    ),
    Colleague(
        key="agent", name="Priya Shah", role="Agent", teams=("Support", "Billing"), zone="Europe/London"
    ),
    Colleague(
        key="jonas",
        name="Jonas Weber",
        role="Agent",
        teams=("Technical",),
        language="de",
        zone="Europe/Berlin",
    ),
    Colleague(
        key="leila", name="Leila Haddad", role="Agent", teams=("Support",), language="fr", zone="Europe/Paris"
    ),
    Colleague(
        key="sofia", name="Sofía Marín", role="Agent", teams=("Billing",), language="es", zone="Europe/Madrid"
    ),
    Colleague(
        key="kenji",
        name="Kenji Mori",
        role="Agent",
        teams=("Technical",),
        zone="Asia/Tokyo",
        is_available=False,
    ),
    Colleague(key="nora", name="Nora Vik", role="Team agent", teams=("Shop",)),
    Colleague(key="tom", name="Tom Ellis", role="Light agent", zone="Europe/London"),
    Colleague(key="greta", name="Greta Holm", role="Agent", teams=("Shop",), is_active=False),
)

TEAMS = {
    "Support": "First answer to everything",
    "Billing": "Invoices, refunds and plans",
    "Technical": "Faults, integrations and the app",
    "Shop": "Orders and returns of Fjordlight",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A customer. The organization is known by the domain of the address."""

    key: str
    name: str
    email: str
    language: str = "en"
    zone: str = ""
    is_vip: bool = False
    notes: str = ""

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]


ORGANIZATIONS = {
    "fjordworks.test": "Fjordworks AB",
    "hofmann-logistik.test": "Hofmann Logistik GmbH",
    "atelier-lumiere.test": "Atelier Lumière",
    "kyoto-paper.test": "京都紙業株式会社",
    "oliveira.test": "Oliveira & Filhos",
    "baobab-clinics.test": "Baobab Clinics",
    "alnoor.test": "شركة النور للتجارة",
    "brightside.test": "Brightside Studios",
    "harborlane.test": "Harbor Lane Books",
}

CUSTOMERS = (
    Person(key="customer", name="Charlie Demo", email=f"customer@{DOMAIN}", zone="Europe/London"),
    Person(
        key="elena",
        name="Elena Lindqvist",
        email="elena@fjordworks.test",
        zone="Europe/Stockholm",
        is_vip=True,
        notes="Runs the booking side at Fjordworks. Prefers mail to calls.",
    ),
    Person(key="oskar", name="Oskar Bergman", email="oskar.bergman@fjordworks.test", language="sv"),
    Person(
        key="linnea",
        name="Linnéa Ek",
        email="linnea.ek@granskog.test",
        language="sv",
        zone="Europe/Stockholm",
    ),
    Person(key="astrid", name="Astrid Sjöström", email="astrid@sjostrom-keramik.test", language="sv"),
    Person(
        key="tomas", name="Tomás Oliveira", email="tomas@oliveira.test", language="pt", zone="Europe/Lisbon"
    ),
    Person(
        key="aisha",
        name="Aisha Bello",
        email="aisha.bello@baobab-clinics.test",
        zone="Africa/Lagos",
        is_vip=True,
    ),
    Person(key="wanjiru", name="Wanjirũ Kamau", email="wanjiru@baobab-clinics.test", zone="Africa/Nairobi"),
    Person(key="ryo", name="中村 亮", email="nakamura@kyoto-paper.test", language="ja", zone="Asia/Tokyo"),
    Person(key="yuki", name="佐藤 由紀", email="yuki.sato@hoshi-cafe.test", language="ja", zone="Asia/Tokyo"),
    Person(
        key="greta_h",
        name="Greta Hofmann",
        email="g.hofmann@hofmann-logistik.test",
        language="de",
        is_vip=True,
    ),
    Person(key="klaus", name="Klaus-Dieter Brandt", email="kd.brandt@hofmann-logistik.test", language="de"),
    Person(key="mareike", name="Mareike Özdemir", email="mareike@werkraum-zwei.test", language="de"),
    Person(
        key="stefan", name="Stefan Grünwald", email="stefan.gruenwald@gruenwald-optik.test", language="de"
    ),
    Person(key="jamal", name="Jamal Davis", email="jamal@brightside.test", zone="America/New_York"),
    Person(
        key="hannah", name="Hannah O’Brien", email="hannah.obrien@brightside.test", zone="America/New_York"
    ),
    Person(key="sofia_c", name="Sofia Conti", email="sofia.conti@bottega-conti.test", language="it"),
    Person(
        key="lars",
        name="Lars Bakker",
        email="lars@bakker-fietsen.test",
        language="nl",
        zone="Europe/Amsterdam",
    ),
    Person(
        key="camille",
        name="Camille Dubois",
        email="camille@atelier-lumiere.test",
        language="fr",
        zone="Europe/Paris",
    ),
    Person(key="etienne", name="Étienne Moreau", email="etienne.moreau@atelier-lumiere.test", language="fr"),
    Person(
        key="fatou",
        name="Fatou Diallo",
        email="fatou.diallo@teranga-voyages.test",
        language="fr",
        zone="Africa/Dakar",
    ),
    Person(
        key="lucia",
        name="Lucía Fernández",
        email="lucia@panaderia-alba.test",
        language="es",
        zone="Europe/Madrid",
    ),
    Person(
        key="mateo",
        name="Mateo Quispe",
        email="mateo.quispe@andesbike.test",
        language="es",
        zone="America/Lima",
    ),
    Person(key="valentina", name="Valentina Ríos", email="valen@estudiorios.test", language="es"),
    Person(
        key="omar", name="عمر الخطيب", email="omar@alnoor.test", language="ar", zone="Asia/Dubai", is_vip=True
    ),
    Person(
        key="mariam", name="مريم حداد", email="mariam.haddad@zaytoun.test", language="ar", zone="Asia/Amman"
    ),
    Person(key="noa", name="נועה לוי", email="noa@levi-design.test", language="he", zone="Asia/Jerusalem"),
    Person(
        key="meilin", name="陈美琳", email="meilin.chen@lotus-tea.test", language="zh", zone="Asia/Shanghai"
    ),
    Person(key="minjun", name="박민준", email="minjun@hanok-stay.test", language="ko", zone="Asia/Seoul"),
    Person(key="agnieszka", name="Agnieszka Wójcik", email="a.wojcik@zielony-ogrod.test", language="pl"),
    Person(
        key="dmytro", name="Дмитро Шевченко", email="dmytro@kava-lviv.test", language="uk", zone="Europe/Kyiv"
    ),
    Person(key="eleni", name="Ελένη Παπαδοπούλου", email="eleni@thalassa-rooms.test", language="el"),
    Person(key="priyanka", name="Priyanka Raghunathan-Venkataramani", email="priyanka@monsoon-yoga.test"),
    Person(key="george", name="George Whitfield", email="george@harborlane.test", zone="America/Chicago"),
    Person(key="ines", name="Inês Carvalho", email="ines.carvalho@oliveira.test", language="pt"),
    Person(key="kofi", name="Kofi Mensah", email="kofi.mensah@accra-print.test", zone="Africa/Accra"),
    Person(key="ruth", name="Ruth Abernathy", email="ruth@harborlane.test", zone="America/Chicago"),
    Person(key="sam", name="Sam", email="sam.the.drummer@postbox.test"),
    Person(key="nameless", name="", email="x7781@postbox.test"),
    Person(key="bea", name="Beatrix van der Linden-Achterberg", email="bea@lindenberg.test", language="nl"),
    Person(key="ivan", name="Ivan Petrov", email="ivan.petrov@rila-tours.test"),
    Person(key="siobhan", name="Siobhán Ní Mhurchú", email="siobhan@ceol-music.test", zone="Europe/Dublin"),
)
