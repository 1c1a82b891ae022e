"""Numbers about results: errors, fidelity, utility, intervals; NumPy and scikit-learn, no gradients."""
