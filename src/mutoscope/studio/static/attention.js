// Which words each moment of a clip looks at: a picture that the server draws when someone opens it.

import * as server from "./server.js";
import { element } from "./elements.js";
import { words } from "./words.js";

export function attention(video, number, title = words.attention) {
  if (!server.looksAtWords(video)) return [];
  const inside = element("div", { className: "attention" });
  const fold = element("details", {}, element("summary", {}, title), inside);
  fold.addEventListener("toggle", () => fold.open && !inside.querySelector("img") && fill(inside, video, number));
  return [fold];
}

async function fill(inside, video, number) {
  inside.replaceChildren(element("p", { className: "soft", role: "status" }, words.looking));
  try {
    const source = URL.createObjectURL(await server.attention(video.id, number));
    const picture = element("img", { src: source, alt: words.attention });
    const whole = element("a", { href: source, target: "_blank" }, picture);
    inside.replaceChildren(element("p", { className: "soft" }, words.attentionHow), element("div", { className: "scroll" }, whole));
  } catch (error) {
    inside.replaceChildren(element("p", { className: "problem" }, error.message));
  }
}
