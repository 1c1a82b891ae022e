"""Which preset to take for one's own rows, if any, and what it adds on rows that the choice never saw."""
