// The same of controls by number, each with the focus once more: after a key, what a script focuses has its ring as well.
return given[0].map((number) => {
  const one = document.querySelector(`[data-control="${number}"]`);
  one.focus();
  return focusOf(one);
});
