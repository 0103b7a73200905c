"""The mail provider of the demo desk: an SMTP and an IMAP server in one small process.

It plays both sides, the desk's own mailbox and the mailboxes of its customers, so that a newcomer
sees a mail arrive and the answer come back without an account anywhere. It lives here, beside the
runner that starts it, because the demo has to run where nothing but Python is installed; the tests
use Dovecot. Loopback only, everybody's password is "demo", and nothing ever leaves the machine:
only addresses that end in .test are served.
"""
