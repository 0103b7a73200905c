"""Auf Deutsch."""

from helpdesk.demo.script import DAY, HOUR, Case, Conversation, asks, away, becomes, notes, says
from tickets.models import Priority

CONVERSATIONS = (
    Conversation(
        subject="Rechnung {invoice}: falsche Anschrift",
        team="Billing",
        tags=("invoice",),
        lines=(
            asks(
                "Guten Tag,\n\nauf der Rechnung {invoice} steht noch unsere alte Anschrift. Unsere Buchhaltung kann sie so nicht verbuchen. Bitte stellen Sie sie neu aus:\n\nHofmann Logistik GmbH\nKaistraße 14\n20457 Hamburg\n\nMit freundlichen Grüßen\n{name}"
            ),
            says(
                "jonas",
                "Guten Tag {name},\n\ndie Anschrift ist geändert, die Rechnung liegt neu bei. Die alte ist storniert, Sie müssen nichts weiter tun.\n\nFreundliche Grüße\nJonas Weber",
                50,
                files=("rechnung.pdf",),
            ),
            asks("Vielen Dank, das ging ja schnell!", 35),
            becomes("jonas", "solved", 5),
        ),
        cases=(
            Case(customer="greta_h", ago=2 * DAY),
            Case(customer="stefan", ago=52, lines=1),
        ),
    ),
    Conversation(
        subject="Schnittstelle liefert seit heute Morgen Fehler 500",
        team="Technical",
        priority=Priority.URGENT,
        tags=("api", "outage"),
        lines=(
            asks(
                "Seit 6:40 Uhr antwortet /v2/bookings bei jedem dritten Aufruf mit 500. Unsere Fahrer bekommen keine Touren mehr auf das Handy. Bitte dringend!"
            ),
            notes(
                "jonas",
                "Einer von drei Knoten hatte nach dem Neustart alte Zugangsdaten. Ist aus dem Lastverteiler genommen.",
            ),
            says(
                "jonas",
                "Guten Morgen, wir haben den fehlerhaften Knoten um 7:12 Uhr herausgenommen. Seitdem laufen alle Aufrufe durch. Was genau los war, schreibe ich Ihnen bis heute Mittag.",
                32,
                status="open",
            ),
            asks("Bestätigt, läuft wieder. Auf den Bericht warten wir noch.", 40),
        ),
        cases=(
            Case(customer="klaus", ago=3 * HOUR, assignee="jonas"),
            Case(customer="greta_h", ago=34 * DAY, status="closed", assignee="jonas"),
        ),
    ),
    Conversation(
        subject="Umlaute im PDF kaputt",
        team="Technical",
        tags=("bug", "pdf"),
        lines=(
            asks(
                "Hallo zusammen,\n\naus „Köhlbrandbrücke“ wird im PDF „KÃ¶hlbrandbrÃ¼cke“. Das sieht vor Kunden nicht gut aus.\n\nViele Grüße\n{first}"
            ),
            says(
                "jonas",
                "Hallo {first}, der Fehler ist gefunden (die Vorlage wurde beim letzten Update in falscher Kodierung gespeichert). Die Korrektur kommt heute Abend.",
                2 * HOUR,
            ),
        ),
        cases=(
            Case(customer="klaus", ago=8 * HOUR, assignee="jonas"),
            Case(customer="mareike", ago=37 * DAY, status="solved", assignee="jonas"),
        ),
    ),
    Conversation(
        subject="Kündigungsbestätigung",
        team="Billing",
        tags=("cancellation",),
        lines=(
            asks(
                "Sehr geehrte Damen und Herren,\n\nich habe am 3. des Monats fristgerecht gekündigt, aber keine Bestätigung erhalten. Bitte um kurze Rückmeldung.\n\n{name}"
            ),
            says(
                "sofia",
                "Guten Tag {name}, Ihre Kündigung ist eingegangen; der Vertrag endet zum Monatsende. Die Bestätigung liegt bei.",
                5 * HOUR,
                status="solved",
                files=("bestaetigung.pdf",),
            ),
            away(
                "Vielen Dank für Ihre Nachricht. Ich bin bis einschließlich 28. nicht im Büro. Ihre E-Mail wird nicht weitergeleitet."
            ),
        ),
        cases=(
            Case(customer="stefan", ago=3 * DAY),
            Case(customer="mareike", ago=27 * HOUR, lines=1),
        ),
    ),
    Conversation(
        subject="Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihungszeremonie im Kalender abgeschnitten",
        team="Support",
        tags=("layout",),
        lines=(
            asks(
                "Der Titel unseres Termins passt nicht in die Kachel, und der Verweis dazu auch nicht:\n\n"
                "https://buchung.werkraum-zwei.test/kalender/2026/11/veranstaltungen/donaudampfschifffahrtsgesellschaftskapitaensmuetzenabzeichenverleihungszeremonie?ansicht=woche&raum=grosser-saal&teilnehmer=148&rueckfahrt=ja\n\n"
                "Kann man das umbrechen lassen?"
            ),
            says(
                "leila",
                "Das ist der schönste Termin, den ich hier je gesehen habe. Ab der nächsten Version werden lange Wörter getrennt. Bis dahin hilft ein weicher Trennstrich (Alt+0173).",
                90,
            ),
        ),
        cases=(
            Case(customer="mareike", ago=44 * HOUR, assignee="leila"),
            Case(customer="greta_h", ago=16 * DAY, lines=1, status="on_hold", assignee="jonas"),
        ),
    ),
    Conversation(
        subject="Auftragsverarbeitungsvertrag",
        tags=("privacy", "contract"),
        lines=(
            asks(
                "Guten Tag, unser Datenschutzbeauftragter bittet um den unterzeichneten Vertrag zur Auftragsverarbeitung nach Art. 28 DSGVO. Wo finden wir den?"
            ),
            says(
                "admin",
                "Guten Tag, der Vertrag liegt bei, von uns unterzeichnet. Bitte schicken Sie ihn gegengezeichnet zurück.",
                20 * HOUR,
                files=("avv.pdf",),
            ),
        ),
        cases=(
            Case(customer="greta_h", ago=26 * HOUR, assignee="admin", outcome="in_doubt"),
            Case(customer="stefan", ago=14 * HOUR, lines=1),
        ),
    ),
    Conversation(
        subject="Anruf verpasst",
        channel="form",
        tags=("callback",),
        lines=(
            asks(
                "Bitte rufen Sie mich zwischen 16 und 17 Uhr zurück: 040 555 0199. Es geht um einen Sammeltarif für drei Filialen."
            ),
        ),
        cases=(
            Case(customer="stefan", ago=24),
            Case(customer="klaus", ago=9 * DAY, status="solved", assignee="manager"),
        ),
    ),
)
