const one = [...document.querySelectorAll("input[type=range]")].filter((each) => each.checkVisibility())[given[0]];
one.scrollIntoView({ block: "center" });
one.focus();
return document.activeElement === one;
