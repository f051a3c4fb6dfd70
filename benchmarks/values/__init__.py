"""What a check of sampled values costs, and how many values of another sort pass it."""
