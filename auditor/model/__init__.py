"""The words every room shares: frozen values, no input or output, nothing of ours imported."""
