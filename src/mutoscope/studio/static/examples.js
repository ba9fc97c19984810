// What a first visitor sees: finished clips, each of which can be made again with one click.

import { element } from "./elements.js";
import { language, words } from "./words.js";

const PHOTO = "/samples/coffee.jpg";
const EXAMPLES = [
  { clip: "examples/bounce.mp4", en: "the camera slowly zooms in, then the cup bounces", zh: "镜头慢慢推近，然后杯子弹跳" },
  { clip: "examples/sway.mp4", en: "the cup sways while the camera pans left", zh: "杯子摇摆，同时镜头向左移动" },
  { clip: "examples/orbit.mp4", en: "[Pull out] the cup spins clockwise", zh: "[拉远] 杯子顺时针旋转" },
];
const section = document.getElementById("examples");

export function show(visible, make) {
  section.hidden = !visible;
  if (!visible) return;
  document.getElementById("example-clips").replaceChildren(
    ...EXAMPLES.map((example) => {
      const said = example[language()];
      const player = element("video", { src: example.clip, muted: true, loop: true, autoplay: true, playsInline: true });
      const run = element("button", { type: "button", onclick: () => made(said, make) }, words.run);
      return element("article", { className: "clip" }, player, element("p", {}, said), run);
    }),
  );
}

async function made(prompt, make) {
  const picture = await (await fetch(PHOTO)).blob();
  make(new File([picture], "coffee.jpg", { type: "image/jpeg" }), prompt);
}
