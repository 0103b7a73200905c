"""“Send a mail to this desk”: write as a customer of the demo, see the mail arrive, and read what comes back.

Only there while HELPDESK_DEMO=1, which only ever listens on this machine. Needs no sign-in: it plays the world
outside of the desk.
"""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime, now
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation import richtext
from helpdesk.demo import mailboxes, samples
from helpdesk.demo.forms import AnswerForm, MailForm, SampleForm, name_of
from helpdesk.demo.mail import Letter, write
from helpdesk.demo.mailboxes import NotSent
from helpdesk.demo.people import CUSTOMERS, SUPPORT
from tickets.files import NewFile

CUSTOMER = CUSTOMERS[0].email
# As for mails in tickets: no script, no connection, our own embedded pictures only.
FRAME_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-same-origin; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return _home(request)


def _home(request: HttpRequest, *, mail: Form | None = None, sample: Form | None = None) -> HttpResponse:
    wrong = mail or sample
    sender = request.GET.get("as", "")
    sender = sender if mailboxes.may_be_opened(sender) else CUSTOMER
    shown = {"sender": sender, "name": name_of(sender), "to": SUPPORT}
    context = {
        "mail": mail or MailForm(initial=shown),
        "sample": sample or SampleForm(initial=shown, prefix="sample"),
        "wrong": wrong,
        "people": CUSTOMERS,
        **_boxes(sender),
    }
    return render(request, "demo/mail.html", context, status=422 if wrong else 200)


def _boxes(address: str) -> dict[str, Any]:
    return {"boxes": mailboxes.customers_mailboxes(CUSTOMER, address), "address": address}


@require_POST
def send(request: HttpRequest) -> HttpResponse:
    form = MailForm(request.POST, request.FILES)
    if not form.is_valid():
        return _home(request, mail=form)
    values = form.cleaned_data
    letter = Letter(
        sender=values["sender"],
        name=values["name"] or name_of(values["sender"]),
        to=values["to"],
        subject=values["subject"],
        text=richtext.to_text(values["text"]) if values["as_html"] else values["text"],
        html=values["text"] if values["as_html"] else "",
        at=localtime(now()),
        files=_files(values["file"]),
    )
    if not _is_posted(form, write(letter), sender=letter.sender, to=letter.to):
        return _home(request, mail=form)
    return redirect("demo:sent", address=letter.sender, message_id=letter.message_id)


def _files(uploaded: UploadedFile | None) -> list[NewFile]:
    if uploaded is None:
        return []
    kind = uploaded.content_type or "application/octet-stream"
    return [NewFile(name=uploaded.name or "file", content=uploaded.read(), content_type=kind)]


@require_POST
def send_sample(request: HttpRequest) -> HttpResponse:
    form = SampleForm(request.POST, prefix="sample")
    if not form.is_valid():
        return _home(request, sample=form)
    sender, at = form.cleaned_data["sender"], now()
    raw = samples.SAMPLES[form.cleaned_data["sample"]].write(sender, SUPPORT, at)
    if not _is_posted(form, raw, sender=sender, to=SUPPORT):
        return _home(request, sample=form)
    return redirect("demo:sent", address=sender, message_id=samples.message_id(at))


def _is_posted(form: Form, raw: bytes, *, sender: str, to: str) -> bool:
    """Hand it over; where that fails, the form says so and keeps what was written."""
    try:
        mailboxes.send(raw, sender=sender, to=to)
    except NotSent as refused:
        form.add_error(None, str(refused))
        return False
    return True


@require_safe
def sent(request: HttpRequest, address: str, message_id: str) -> HttpResponse:
    """What becomes of a mail, while one looks."""
    _refuse_unless_open(address)
    context = {
        "journey": mailboxes.journey(message_id, sender=address),
        "message_id": message_id,
        "address": address,
    }
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "demo/_journey.html", context)
    return render(request, "demo/sent.html", context | _boxes(address))


# ---- The mailboxes


def _refuse_unless_open(address: str) -> None:
    if not mailboxes.may_be_opened(address):
        raise Http404


@require_safe
def mailbox(request: HttpRequest, address: str) -> HttpResponse:
    _refuse_unless_open(address)
    context = {"mails": mailboxes.mails_of(address), **_boxes(address)}
    part = "demo/_mails.html" if request.htmx else "demo/mailbox.html"  # type: ignore[attr-defined]
    return render(request, part, context)


def _letter(address: str, uid: int) -> mailboxes.Letter:
    _refuse_unless_open(address)
    found = mailboxes.letter(address, uid)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
def read(request: HttpRequest, address: str, uid: int) -> HttpResponse:
    """A mail, and a form to answer it as every mail program does."""
    letter = _letter(address, uid)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer = _answer(letter, address, form.cleaned_data["text"])
        if _is_posted(form, write(answer), sender=address, to=answer.to):
            return redirect("demo:sent", address=address, message_id=answer.message_id)
    context = {"letter": letter, "form": form, **_boxes(address)}
    return render(request, "demo/letter.html", context, status=422 if form.errors else 200)


def _answer(letter: mailboxes.Letter, address: str, text: str) -> Letter:
    """To the signed address, under the same references, the words it answers quoted below."""
    read = letter.content
    quoted = "\n".join(f"> {line}" for line in read.text.splitlines())
    said = f"{read.date:%d.%m.%Y %H:%M}, {read.from_.name or read.from_.email}:" if read.date else ""
    subject = read.subject if read.subject[:3].lower() == "re:" else f"Re: {read.subject}"
    return Letter(
        sender=address,
        name=name_of(address),
        to=letter.answer_to,
        subject=subject,
        text=f"{text}\n\n{said}\n{quoted}",
        at=localtime(now()),
        in_reply_to=read.message_id,
        references=read.references,
    )


@require_safe
def body(request: HttpRequest, address: str, uid: int) -> HttpResponse:
    """The mail as it was meant, for the sandboxed frame."""
    html = _letter(address, uid).content.html
    if not html:
        raise Http404
    mail = richtext.render_mail(html, cid_urls={})
    response = render(request, "tickets/mail_frame.html", {"mail": mail, "theme": "system"})
    response["Content-Security-Policy"] = FRAME_POLICY
    return response


@require_safe
def attachment(request: HttpRequest, address: str, uid: int, number: int) -> HttpResponse:
    files = _letter(address, uid).content.attachments
    if number >= len(files):
        raise Http404
    response = HttpResponse(files[number].content, content_type="application/octet-stream")
    response["Content-Disposition"] = 'attachment; filename="file"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
