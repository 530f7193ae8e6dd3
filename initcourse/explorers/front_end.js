// Works on the box of one explorer, prediction or question: the parent of the element `el`, which
// serves as the place from which a screen reader announces the box's sentence.

const REST = 150; // milliseconds without a change, after which a box is at rest
const KEPT = 3000; // milliseconds that an announcement stays: then only the sentence itself is read
const WATCHED = {
  subtree: true, childList: true, characterData: true,
  attributes: true, attributeFilter: ['src', 'class', 'disabled', 'aria-valuetext'],
};
// Zoom and finer screens change a picture's dots, not its size; Safari knows only sizes.
const DOTS = 'devicePixelContentBoxSize' in ResizeObserverEntry.prototype
  ? { box: 'device-pixel-content-box' } : {};
// The keys that a control needs itself.
const NEEDED = {
  '[role=slider], select': /^(Arrow|Page|Home|End)/,
  'button, select, input[type=checkbox]': /^(Enter| )$/,
};

function set(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function words(element) {
  return (element?.innerText ?? '').replace(/\s+/g, ' ').trim();
}

// The box may come into the page some time after what is in it.
async function boxOf(el) {
  while (!el.closest('.widget-vbox')) await new Promise(requestAnimationFrame);
  return el.closest('.widget-vbox');
}

// Every handle, menu, field and number is called what stands before it.
function nameControls(box) {
  for (const control of box.querySelectorAll('.widget-inline-hbox:has(> .widget-label)')) {
    const name = words(control.querySelector('.widget-label'));
    for (const part of control.querySelectorAll('[role=slider], select, input[type=text]'))
      set(part, 'aria-label', name);
    for (const number of control.querySelectorAll('.widget-readout')) {
      set(number, 'role', 'textbox');
      set(number, 'aria-label', `${name}, as a number`);
    }
  }
  for (const rules of box.querySelectorAll('.widget-box:has(> .widget-checkbox)')) {
    set(rules, 'role', 'group');
    set(rules, 'aria-label', 'rules');
  }
  for (const options of box.querySelectorAll('.widget-toggle-buttons')) {
    set(options, 'role', 'group');
    set(options, 'aria-label', words(box.querySelector('.widget-html-content')));
  }
}

// noUiSlider says an exponent or a place in a list; the number beside it is what is meant.
function sayValues(box) {
  for (const handle of box.querySelectorAll('[role=slider]')) {
    const shown = handle.closest('.widget-slider').querySelector('.widget-readout')?.textContent;
    if (shown) set(handle, 'aria-valuetext', shown);
  }
  for (const option of box.querySelectorAll('.widget-toggle-button'))
    set(option, 'aria-pressed', String(option.classList.contains('mod-active')));
}

// A button that is disabled by its own press hands the focus on: Start to Stop, and back.
function followFocus(box) {
  const pair = [...box.querySelectorAll('button.widget-button')].slice(0, 2);
  let lost = null;
  return () => {
    const focused = document.activeElement;
    if (pair.includes(focused) && focused.disabled) lost = focused;
    if (!lost || (focused !== lost && focused !== document.body)) return void (lost = null);
    const heir = pair.find(button => !button.disabled);
    heir?.focus({ preventScroll: true });
    if (heir) lost = null;
  };
}

// Notebook 7 looks a key up among its shortcuts before a control sees it, JupyterLab after a menu
// has: what this attribute is on, they leave alone.
function keepKeys(box) {
  const keep = event => {
    const { target, key, ctrlKey, altKey, metaKey, shiftKey } = event;
    if (!box.contains(target) || target === box) return;
    const needed = Object.entries(NEEDED).some(
      ([kind, keys]) => target.matches(kind) && keys.test(key));
    const alone = !(ctrlKey || altKey || metaKey || shiftKey);
    target.toggleAttribute('data-lm-suppress-shortcuts', needed && alone);
  };
  window.addEventListener('keydown', keep, true);
  return () => window.removeEventListener('keydown', keep, true);
}

// A figure that a cell shows is described by the lesson's words under it.
function describeFigures(notebook) {
  const cells = [...notebook.querySelectorAll('.jp-Cell')]; // in Voila they are no siblings
  for (const picture of notebook.querySelectorAll('.jp-RenderedImage img:not([alt])')) {
    const below = cells.slice(cells.indexOf(picture.closest('.jp-Cell')) + 1);
    const text = below.find(cell => cell.matches('.jp-MarkdownCell'));
    picture.alt = words(text?.querySelector('.jp-RenderedMarkdown > p')) || 'figure';
  }
}

// What the check of an exercise says is announced: by then the focus is in the next cell.
function announceChecks(notebook) {
  for (const area of notebook.querySelectorAll('.jp-OutputArea:not([aria-live])'))
    if (area.closest('.jp-CodeCell')?.querySelector('.jp-Editor')?.textContent.includes('.check('))
      area.setAttribute('aria-live', 'polite');
}

async function render({ model, el }) {
  el.classList.add('initcourse-announced');
  el.setAttribute('role', 'status');
  const box = await boxOf(el), notebook = box.closest('.jp-Notebook');
  const pictures = [...box.querySelectorAll(':scope > img')];
  const sentence = () => words([...box.querySelectorAll(':scope > .widget-html')].at(-1));
  const moveFocus = followFocus(box);
  let said = sentence(), asked = null, timer = 0, silence = 0;
  box.classList.add('initcourse-box');
  notebook?.classList.add('initcourse-notebook');

  function rest() {
    nameControls(box);
    if (notebook) {
      describeFigures(notebook);
      announceChecks(notebook);
    }
    const now = sentence();
    for (const picture of pictures) {
      set(picture, 'alt', now);
      const wide = picture.getBoundingClientRect().width * devicePixelRatio;
      if (wide > 1.2 * picture.naturalWidth && picture.complete && asked !== picture.src) {
        asked = picture.src;
        model.send({});
      }
    }
    if (now !== said) {
      el.textContent = said = now;
      clearTimeout(silence);
      silence = setTimeout(() => el.replaceChildren(), KEPT);
    }
  }
  function changed(changes = []) {
    // a race's pictures, fifteen a second, change no control
    if (changes.some(({ attributeName: name }) => name && name !== 'src')) sayValues(box);
    moveFocus();
    clearTimeout(timer);
    timer = setTimeout(rest, REST);
  }

  nameControls(box);
  sayValues(box);
  for (const picture of pictures) set(picture, 'alt', said);
  changed();
  const observer = new MutationObserver(changed), resized = new ResizeObserver(changed);
  observer.observe(box, WATCHED);
  pictures.forEach(picture => resized.observe(picture, DOTS));
  const letKeysGo = keepKeys(box);
  return () => {
    [observer, resized].forEach(one => one.disconnect());
    letKeysGo();
  };
}

export default { render };
