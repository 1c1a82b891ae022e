"""Who keeps the record of a run: the only room that knows MLflow."""
