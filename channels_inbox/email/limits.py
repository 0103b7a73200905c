"""What one mail may ask of us, and how it is told no.

Each number is far above what ordinary mail needs and far below what hurts. A mail
over a limit is refused whole, never shortened in silence: the caller keeps its raw
bytes and shows a person the reason.
"""

KB = 1024
MB = 1024 * KB

RAW_BYTES = 50 * MB
DECODED_BYTES = 4 * RAW_BYTES  # bodies and files together, once decoded
HEADER_BLOCK_BYTES = 256 * KB
HEADER_BYTES = 64 * KB
ADDRESSES = 1_000  # in one header
PARAMETERS = 64  # of one Content-Type or Content-Disposition
PARTS = 500
DEPTH = 20  # multiparts within multiparts

# Beyond these a body is kept but no longer looked into: the reply splitter and the
# HTML reader see the beginning only.
TEXT_CHARS = 1_000_000
HTML_CHARS = 2 * MB
HTML_TAGS = 100_000


class MailRefused(ValueError):
    """The mail asks for more than one mail may. The message is a sentence for a person."""
