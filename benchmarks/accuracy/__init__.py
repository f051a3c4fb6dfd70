"""How right the classifier of personal data is: on labelled mappings, on folds it has not seen, and by its confidence."""
