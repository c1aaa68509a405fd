// What scrolls inside its own box can be reached, and scrolled, with the keyboard.
function reach() {
  for (const box of document.querySelectorAll("article pre, .table-wrapper, figure.sheet, mjx-container")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}
addEventListener("load", () => (window.MathJax?.startup?.promise ?? Promise.resolve()).then(reach));
addEventListener("resize", reach);
document.addEventListener("toggle", reach, true); // a block that opens on a click
