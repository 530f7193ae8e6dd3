// What the theme leaves out for those who do not see the page, or work it by keyboard.
const name = (selector, text) => {
  for (const part of document.querySelectorAll(selector)) part.setAttribute("aria-label", text);
};
name(".sidebar-drawer", "All pages");
name(".toc-drawer", "On this page");

// The signs that open a drawer on a narrow screen are labels of a hidden box: here, buttons.
for (const sign of document.querySelectorAll(".nav-overlay-icon, .toc-overlay-icon")) {
  const box = document.getElementById(sign.htmlFor);
  const say = () => sign.setAttribute("aria-expanded", box.checked);
  sign.setAttribute("role", "button");
  sign.setAttribute("aria-label", sign.htmlFor === "__toc" ? "On this page" : "All pages");
  sign.tabIndex = 0;
  sign.addEventListener("keydown", event => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    box.click();
  });
  document.addEventListener("keydown", event => {
    if (event.key !== "Escape" || !box.checked || !sign.checkVisibility()) return;
    box.click();
    sign.focus();
  });
  box.addEventListener("change", say);
  say();
}

// Code and what it prints are told apart; what is wider than the screen is reached by keyboard.
const grouped = { ".cell_input": "code", ".cell_output": "output" };
for (const [selector, text] of Object.entries(grouped)) {
  for (const part of document.querySelectorAll(selector)) part.setAttribute("role", "group");
  name(selector, text);
}
name(".picture", "picture");
name(".table-wrapper", "table");
for (const part of document.querySelectorAll(".picture, .table-wrapper")) part.setAttribute("role", "group");
const WIDE = "pre, .table-wrapper, .picture, .cell_output, mjx-container[display]";
const reach = () => {
  for (const part of document.querySelectorAll(WIDE))
    if (part.scrollWidth > part.clientWidth + 1) part.tabIndex = 0;
    else part.removeAttribute("tabindex");
};
addEventListener("resize", reach);
addEventListener("load", () => (window.MathJax?.startup?.promise ?? Promise.resolve()).then(reach));

// On a phone JupyterLab's list of files leaves the notebook 60 pixels: there, links to it open the
// notebook alone.
if (matchMedia("(max-width: 40em)").matches) {
  for (const link of document.querySelectorAll("a[href*='/lite/lab/'], a[href*='=lab/tree/']"))
    link.href = link.href
      .replace("/lite/lab/", "/lite/notebooks/").replace("urlpath=lab/tree/", "urlpath=doc/tree/");
}
