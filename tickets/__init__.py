"""The trunk: the ticket, its conversation, and the events that everything else reacts to."""
