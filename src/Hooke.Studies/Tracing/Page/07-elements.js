// Elements, texts and numbers. A text of the graph only ever becomes a text of the page.

function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name.includes("-") || name === "role") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.filter(child => child !== null && child !== undefined));
  return made;
}

// As HTML's drawings are written, in the name space of one that the page has.
function drawn(tag, attributes = {}, ...children) {
  const made = document.createElementNS(document.querySelector("svg").namespaceURI, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// New contents in place of old ones; the focus goes to what has the same key as what had it.
function refill(panel, contents) {
  const key = panel.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  panel.replaceChildren(...contents);
  if (key !== undefined) [...panel.querySelectorAll("[data-key]")].find(next => next.dataset.key === key)?.focus();
}

const byId = id => document.getElementById(id);

const signed = value => (value < 0 ? "−" : "+") + sized(Math.abs(value));

const sized = size => size === 0 ? "0" : size >= 1000 || size < 0.001 ? size.toExponential(1) : size.toPrecision(3).replace(/\.?0+$/, "");

const percent = share => share > 0 && share < 0.01 ? "<1 %" : Math.round(share * 100) + " %";

// Line breaks and other characters that cannot be seen are shown by signs.
const visible = text => text.replace(/\n/g, "⏎").replace(/\t/g, "⇥")
  .replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    c => "⟨U+" + c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0") + "⟩");

const short = (text, most) => text.length > most ? text.slice(0, most - 1) + "…" : text;
