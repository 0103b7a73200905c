"""What agents do from their own mail programs: hear of their tickets, answer them, forward what customers sent."""
