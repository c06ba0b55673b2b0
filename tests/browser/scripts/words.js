// Hide (true) or show the words of all charts.
document.getElementById("words-hidden")?.remove();
if (given[0]) {
  const style = document.createElement("style");
  style.id = "words-hidden";
  style.textContent = "svg text { visibility: hidden !important }";
  document.head.append(style);
}
