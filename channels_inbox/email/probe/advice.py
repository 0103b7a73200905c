"""What to do about each way in which a mail server cannot be reached. None of it repeats what the server said."""

from __future__ import annotations

import ssl

from django.utils.translation import gettext_lazy as _

from channels_inbox.email.probe.steps import Trouble, Words
from foundation.addresses import AddressRefused, HostNotFound

# OpenSSL's numbers of what is wrong with a certificate (x509_vfy.h).
EXPIRED, NOT_YET_VALID = 10, 9
SELF_SIGNED, SELF_SIGNED_IN_CHAIN = 18, 19
WRONG_NAME, WRONG_ADDRESS = 62, 64

CERTIFICATES = {
    EXPIRED: _("The server's certificate has expired. Its operator has to renew it."),
    NOT_YET_VALID: _("The server's certificate is not valid yet. Is a clock wrong?"),
    SELF_SIGNED: _("The server's certificate is signed by itself, so nobody can tell whose server it is."),
    SELF_SIGNED_IN_CHAIN: _(
        "The server's certificate is signed by an authority that this desk does not know."
    ),
    WRONG_NAME: _(
        "The certificate belongs to another name. Use the name that your provider gives for this server."
    ),
    WRONG_ADDRESS: _("The certificate does not name this IP address. Use the server's name instead."),
}
UNTRUSTED = _("The server's certificate cannot be checked up to an authority that this desk trusts.")


def explain(error: Exception) -> Words:
    """Advice for what can happen to any connection; raises what is not known here."""
    if isinstance(error, Trouble):
        return error.sentence
    if isinstance(error, AddressRefused):
        return _(
            "This name leads into a private network, where the desk does not connect to. If it is a mail server of"
            " your own, whoever runs the desk can allow it (HELPDESK_ALLOW_PRIVATE_HOSTS)."
        )
    if isinstance(error, HostNotFound):
        return _("There is no server of this name. Check how it is written.")
    if isinstance(error, ssl.SSLCertVerificationError):
        return CERTIFICATES.get(error.verify_code, UNTRUSTED)
    if isinstance(error, ssl.SSLError):
        return _(
            "The server does not speak TLS on this port. Try another kind of encryption, or another port."
        )
    if isinstance(error, TimeoutError):
        return _("No answer in time. Check port and encryption; a firewall may be in the way as well.")
    if isinstance(error, ConnectionRefusedError):
        return _("Nothing listens on this port of the server. Check the port.")
    if isinstance(error, OSError):
        return _("The connection broke. Try again; if it happens again, ask whoever runs the server.")
    raise error
