// A flip-book: one picture and one sentence for each stop of a slider, drawn by the course's
// Python beforehand. The other pictures are fetched when somebody comes near the slider.
for (const book of document.querySelectorAll(".flip-book")) {
  const { stops, sentences, folder } = JSON.parse(book.querySelector("script").textContent);
  const slider = book.querySelector("input");
  const menu = book.querySelector("select");
  const picture = book.querySelector("img");
  const address = (choice, stop) => `${folder}/${choice}-${stop}.webp`;

  const fetched = []; // kept, so that the browser keeps them decoded
  const fetchAll = () => {
    if (fetched.length) return;
    const order = stops.map((_, k) => k).sort((a, b) => Math.abs(a - slider.value) - Math.abs(b - slider.value));
    const choices = menu ? menu.options.length : 1;
    for (const stop of order)
      for (let choice = 0; choice < choices; choice++) {
        const image = new Image();
        image.src = address(choice, stop);
        fetched.push(image);
      }
  };
  for (const event of ["pointerenter", "touchstart", "focusin"])
    book.addEventListener(event, fetchAll, { once: true, passive: true });

  const show = () => {
    fetchAll();
    const choice = menu ? menu.selectedIndex : 0;
    const sentence = sentences[choice * stops.length + Number(slider.value)];
    picture.src = address(choice, slider.value);
    book.querySelector("figcaption").innerHTML = sentence;
    picture.alt = book.querySelector("figcaption").textContent;
    book.querySelector("output").textContent = stops[slider.value];
    slider.setAttribute("aria-valuetext", stops[slider.value]);
  };
  slider.addEventListener("input", show);
  if (menu) menu.addEventListener("change", show);
}
