"""A kept synthesizer as an MLflow model: written into a folder, loaded, and asked for rows over HTTP."""
