"""På svenska, in het Nederlands, po polsku, українською."""

from helpdesk.demo.script import DAY, HOUR, Case, Conversation, asks, becomes, notes, says

CONVERSATIONS = (
    Conversation(
        subject="Paketet är borttappat",
        team="Shop",
        brand="Fjordlight",
        tags=("shipping",),
        lines=(
            asks(
                "Hej!\n\nSpårningen står still sedan i torsdags (beställning {order}). Ombudet säger att paketet aldrig kom dit. Vad gör vi?\n\nHälsningar\n{first}"
            ),
            says(
                "nora",
                "Hej {first}!\n\nJag har anmält paketet som borttappat och skickar en ny lampa i dag. Du får ett nytt spårningsnummer i kväll.\n\nNora",
                45,
            ),
            asks("Toppen, tack för snabb hjälp!", 80),
            becomes("nora", "solved", 12),
        ),
        cases=(Case(customer="astrid", ago=5 * DAY), Case(customer="linnea", ago=3 * HOUR, lines=1)),
    ),
    Conversation(
        subject="Byta betalkort",
        team="Billing",
        tags=("payment",),
        lines=(
            asks(
                "Hej, vi har fått nytt företagskort. Var byter jag ut det gamla? Nästa dragning är på måndag."
            ),
            says(
                "agent",
                "Hej {first}! Inställningar → Betalning → Byt kort. Det gamla används inte mer så fort det nya är sparat. (Svaret är översatt, säg till om något låter konstigt.)",
                35,
                status="solved",
            ),
        ),
        cases=(Case(customer="oskar", ago=7 * DAY), Case(customer="astrid", ago=66, lines=1)),
    ),
    Conversation(
        subject="Kan jag få kvittot på svenska?",
        team="Billing",
        channel="form",
        tags=("invoice", "language"),
        lines=(
            asks("Kvittona kommer på engelska. Revisorn vill ha dem på svenska."),
            says(
                "manager",
                "Visst! Språket på kvitton följer nu arbetsytans språk. Jag har ställt om det och skickat om de tre senaste.",
                2 * HOUR,
                status="solved",
            ),
        ),
        cases=(Case(customer="oskar", ago=12 * DAY), Case(customer="linnea", ago=21 * HOUR, lines=1)),
    ),
    Conversation(
        subject="Factuur niet ontvangen",
        team="Billing",
        tags=("invoice",),
        lines=(
            asks(
                "Beste,\n\nde factuur van oktober is niet aangekomen, ook niet bij de ongewenste mail. Kunt u hem nog eens sturen naar administratie@bakker-fietsen.test?\n\nMet vriendelijke groet\n{name}"
            ),
            says(
                "sofia",
                "Beste {first}, de factuur is onderweg naar het nieuwe adres en staat ook in uw account.",
                3 * HOUR,
                status="solved",
                files=("invoices-q3.pdf",),
            ),
        ),
        cases=(Case(customer="lars", ago=4 * DAY), Case(customer="bea", ago=90, lines=1)),
    ),
    Conversation(
        subject="Reklamacja zamówienia {order}",
        team="Shop",
        brand="Fjordlight",
        tags=("return",),
        lines=(
            asks(
                "Dzień dobry,\n\nw paczce brakowało śrub i instrukcji. Czy mogą Państwo je dosłać? Zdjęcie zawartości w załączniku.\n\nPozdrawiam\n{name}",
                files=("box.png",),
            ),
            says(
                "nora",
                "Dzień dobry, śruby i instrukcja wyszły dziś listem poleconym. Przepraszamy za kłopot!",
                4 * HOUR,
            ),
        ),
        cases=(Case(customer="agnieszka", ago=25 * HOUR, assignee="nora"),),
    ),
    Conversation(
        subject="Не приходять листи підтвердження",
        team="Technical",
        tags=("mail",),
        lines=(
            asks(
                "Добрий день! Гості не отримують листів підтвердження бронювання вже два дні. На Gmail приходять, на місцеві адреси — ні."
            ),
            notes(
                "kenji",
                "SPF of their own domain lacks our server; ukr.net rejects. Needs a change in their DNS.",
            ),
            says(
                "kenji",
                "Добрий день! У записі SPF вашого домену немає нашого сервера. Додайте, будь ласка: include:spf.northwind.test. Щойно запис оновиться, листи підуть.",
                5 * HOUR,
            ),
        ),
        cases=(Case(customer="dmytro", ago=31 * HOUR, assignee="kenji"),),
    ),
)
