"""People: agents and what they may do, customers and how they reach us."""
