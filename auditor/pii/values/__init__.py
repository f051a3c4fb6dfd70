"""What sampled values say of a field, beside its name: each is checked and counted as it comes, and none is kept."""
