// A flip-book: one picture and one sentence for each stop of a slider, drawn by the course's
// Python beforehand. The other pictures are fetched when somebody comes near the slider. At rest a
// fine screen gets the picture at twice the density, and a screen reader the sentence.
const REST = 300; // milliseconds without a change
const KEPT = 3000; // milliseconds that an announcement stays: then it is not read a second time

for (const book of document.querySelectorAll(".flip-book")) {
  const { stops, sentences, folder } = JSON.parse(book.querySelector("script").textContent);
  const slider = book.querySelector("input");
  const menu = book.querySelector("select");
  const picture = book.querySelector("img");
  const line = book.querySelector("figcaption");
  const announced = book.querySelector(".announced");
  const wide = Number(picture.getAttribute("width"));
  const address = (choice, stop) => `${folder}/${choice}-${stop}`;

  const fetched = []; // kept, so that the browser keeps them decoded
  const fetchAll = () => {
    if (fetched.length) return;
    const order = stops.map((_, k) => k).sort((a, b) => Math.abs(a - slider.value) - Math.abs(b - slider.value));
    const choices = menu ? menu.options.length : 1;
    for (const stop of order)
      for (let choice = 0; choice < choices; choice++) {
        const image = new Image();
        image.src = `${address(choice, stop)}.webp`;
        fetched.push(image);
      }
  };
  for (const event of ["pointerenter", "touchstart", "focusin"])
    book.addEventListener(event, fetchAll, { once: true, passive: true });

  let timer = 0;
  const rest = place => {
    picture.srcset = `${place}.webp ${wide}w, ${place}-fine.webp ${2 * wide}w`;
    announced.textContent = line.textContent;
    timer = setTimeout(() => announced.replaceChildren(), KEPT);
  };
  const show = () => {
    fetchAll();
    const choice = menu ? menu.selectedIndex : 0;
    const place = address(choice, slider.value);
    picture.removeAttribute("srcset");
    picture.src = `${place}.webp`;
    line.innerHTML = sentences[choice * stops.length + Number(slider.value)];
    picture.alt = line.textContent;
    book.querySelector("output").textContent = stops[slider.value];
    slider.setAttribute("aria-valuetext", stops[slider.value]);
    clearTimeout(timer);
    timer = setTimeout(rest, REST, place);
  };
  slider.addEventListener("input", show);
  if (menu) menu.addEventListener("change", show);
}
