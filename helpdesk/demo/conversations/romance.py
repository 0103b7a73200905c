"""En français, en español, em português, in italiano."""

from helpdesk.demo.script import DAY, HOUR, Case, Conversation, asks, becomes, notes, says
from tickets.models import Priority

CONVERSATIONS = (
    Conversation(
        subject="Remboursement de la commande {order}",
        team="Shop",
        brand="Fjordlight",
        tags=("refund", "return"),
        lines=(
            asks(
                "Bonjour,\n\nj’ai renvoyé la lampe il y a dix jours (commande {order}). Le colis est bien arrivé chez vous d’après le suivi, mais je n’ai toujours pas été remboursée.\n\nCordialement,\n{name}"
            ),
            says(
                "leila",
                "Bonjour {first},\n\nvotre colis est enregistré depuis ce matin. Le remboursement de {amount} part aujourd’hui ; comptez trois à cinq jours ouvrés.\n\nBien à vous,\nLeila",
                75,
            ),
            asks("Parfait, merci beaucoup !", 50),
            becomes("leila", "solved", 10),
        ),
        cases=(Case(customer="camille", ago=6 * DAY), Case(customer="fatou", ago=2 * HOUR, lines=1)),
    ),
    Conversation(
        subject="Impossible d’ajouter un deuxième agenda",
        team="Technical",
        tags=("calendar",),
        lines=(
            asks(
                "Bonjour, quand j’ajoute un deuxième agenda, le premier disparaît. Est-ce normal ? Nous sommes deux à recevoir les clients de l’atelier."
            ),
            says(
                "leila",
                "Bonjour {first}, ce n’est pas normal. Pourriez-vous m’envoyer une capture d’écran de la page « Agendas » ?",
                40,
            ),
            asks("La voici. On voit bien qu’il n’y en a plus qu’un.", 3 * HOUR, files=("agenda.png",)),
            notes(
                "leila",
                "Le premier agenda est seulement masqué (filtre par personne). À expliquer, et à proposer comme amélioration.",
            ),
        ),
        cases=(
            Case(customer="etienne", ago=7 * HOUR, assignee="leila"),
            Case(customer="camille", ago=20 * DAY, lines=2, status="closed", assignee="leila"),
        ),
    ),
    Conversation(
        subject="Réservation de groupe pour 120 personnes",
        channel="form",
        tags=("question", "booking"),
        lines=(
            asks(
                "Nous organisons un voyage pour 120 personnes en avril. Votre page de réservation s’arrête à 50. Y a-t-il une solution ?"
            ),
            says(
                "leila",
                "Bonjour, oui : dans le plan Business la limite se règle par service (jusqu’à 500). Je peux l’activer pour un mois d’essai, sans engagement.",
                90,
            ),
            asks("Volontiers. À partir de lundi, si possible.", 2 * HOUR),
        ),
        cases=(Case(customer="fatou", ago=11 * HOUR, assignee="leila"),),
    ),
    Conversation(
        subject="Question sur la TVA à l’export",
        team="Billing",
        tags=("vat",),
        lines=(
            asks(
                "Bonjour, nous facturons désormais des clients en Suisse. Comment afficher « exonération de TVA, art. 262 I du CGI » sur nos factures ?"
            ),
        ),
        cases=(
            Case(customer="etienne", ago=4 * HOUR),
            Case(customer="camille", ago=33 * DAY, status="closed", assignee="sofia"),
        ),
    ),
    Conversation(
        subject="No puedo entrar en mi cuenta",
        team="Support",
        priority=Priority.HIGH,
        tags=("sign-in",),
        lines=(
            asks(
                "Buenos días:\n\ncambié la contraseña ayer y hoy me dice que no existe. ¿Me podéis ayudar? Abro la panadería a las seis y necesito los pedidos.\n\nGracias\n{name}"
            ),
            says(
                "sofia",
                "Buenos días, {first}:\n\nte acabo de enviar un enlace para entrar sin contraseña; vale una hora. Después podrás poner una nueva en Perfil → Seguridad.\n\nSofía",
                11,
            ),
            asks("¡Ya estoy dentro! Mil gracias 😊", 9),
            becomes("sofia", "solved", 4),
        ),
        cases=(Case(customer="lucia", ago=30 * HOUR), Case(customer="valentina", ago=31, lines=1)),
    ),
    Conversation(
        subject="Factura con importe equivocado",
        team="Billing",
        tags=("invoice",),
        lines=(
            asks(
                "Hola, la factura {invoice} dice 12 usuarios y somos 9 desde septiembre. ¿Podéis corregirla?"
            ),
            says(
                "sofia",
                "Hola, {first}: tienes razón. He abonado la diferencia ({amount}) y la próxima factura ya saldrá con nueve.",
                2 * HOUR,
                status="solved",
            ),
        ),
        cases=(Case(customer="mateo", ago=9 * DAY), Case(customer="lucia", ago=6 * HOUR, lines=1)),
    ),
    Conversation(
        subject="Zona horaria de Perú",
        team="Technical",
        tags=("time-zone",),
        lines=(
            asks(
                "Los recordatorios salen cinco horas tarde. Estamos en Lima (UTC−5) y la cuenta dice Madrid. No encuentro dónde cambiarlo."
            ),
            says(
                "sofia",
                "Se cambia en Ajustes → Empresa → Zona horaria. Lo he puesto en América/Lima; los recordatorios de mañana saldrán bien.",
                8 * HOUR,
            ),
        ),
        cases=(Case(customer="mateo", ago=22 * HOUR, assignee="sofia"),),
    ),
    Conversation(
        subject="Pedido de segunda via da fatura",
        team="Billing",
        tags=("invoice",),
        lines=(
            asks(
                "Bom dia,\n\nperdemos a fatura de setembro numa mudança de computador. Podem enviar novamente?\n\nObrigada\n{first}"
            ),
            says(
                "sofia",
                "Bom dia, {first}! Segue em anexo. Todas as faturas também ficam em Conta → Faturas.",
                3 * HOUR,
                status="solved",
                files=("invoices-q3.pdf",),
            ),
        ),
        cases=(Case(customer="ines", ago=5 * DAY), Case(customer="tomas", ago=13 * HOUR, lines=1)),
    ),
    Conversation(
        subject="Non riesco a caricare i file",
        team="Technical",
        tags=("upload", "bug"),
        lines=(
            asks(
                "Buongiorno, il caricamento si ferma all’80 % con qualsiasi file sopra i 10 MB. Ho provato con due computer e due connessioni."
            ),
            says(
                "jonas",
                "Buongiorno, grazie per la prova con due connessioni: così sappiamo che il problema è nostro. Un limite del proxy era troppo basso, ora è corretto. Può riprovare?",
                DAY,
            ),
        ),
        cases=(
            Case(customer="sofia_c", ago=29 * HOUR, assignee="jonas"),
            Case(customer="sofia_c", ago=50 * DAY, lines=1, status="closed", assignee="jonas"),
        ),
    ),
)
