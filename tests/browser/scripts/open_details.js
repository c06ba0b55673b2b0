// Open (true) or fold all that folds.
for (const one of document.querySelectorAll("details")) one.open = given[0];
