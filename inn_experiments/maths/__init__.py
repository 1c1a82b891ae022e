"""Pure torch mathematics: no configuration, no tracking, no training framework."""
