"""Running the rules: the ensemble engine and the Mesa model, two fronts of one step."""
