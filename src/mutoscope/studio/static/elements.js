// Elements of the page, made in one call. Text is always text: nothing that was typed can become HTML.

export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
