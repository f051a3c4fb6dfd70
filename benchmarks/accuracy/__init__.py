"""How right the classifier is: on labelled mappings, on folds it has not seen, and by its own confidence."""
