"""Tables over many finished runs, one file a study."""
