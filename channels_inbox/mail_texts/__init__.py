"""What the mails say that the desk writes itself: their default words, an admin's own, and how both become a mail."""
