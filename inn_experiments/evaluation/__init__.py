"""Numbers about results: errors, fidelity, utility and their intervals; NumPy and scikit-learn, no gradients."""
