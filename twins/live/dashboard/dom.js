/** Elements without markup: text is always text, whatever a plant or a policy is called. */

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** An HTML element with attributes and children (elements or texts). */
export function html(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** An SVG element. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

/** The element of that id. */
export function byId(id) {
  return document.getElementById(id);
}

/** Show a text, if it is another one than before. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Set an attribute, if it is another one than before. */
export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/**
 * Keep as many children as there are items, in order, and let each show its item.
 *
 * Children are kept and only filled anew, so focus and selection stay where they are.
 */
export function keepChildren(parent, items, make, show) {
  while (parent.children.length > items.length) parent.lastElementChild.remove();
  items.forEach((item, k) => {
    if (k === parent.children.length) parent.append(make());
    show(parent.children[k], item);
  });
}

/** Offer choices in a select, as [value, text], if they are others than before. */
export function setOptions(select, choices) {
  const wanted = JSON.stringify(choices);
  if (select.dataset.choices === wanted) return;
  const chosen = select.value;
  select.dataset.choices = wanted;
  select.replaceChildren(...choices.map(([value, text]) => html("option", { value }, text)));
  if (choices.some(([value]) => value === chosen)) select.value = chosen;
}
