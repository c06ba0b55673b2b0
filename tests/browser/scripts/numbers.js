// Every number of the page that says which measure it is.
return [...document.querySelectorAll("[data-value]")].map((one) => ({ ...one.dataset, text: one.textContent.trim() }));
