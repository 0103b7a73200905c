"""Every message that crosses the wire, in and out, over every channel."""
