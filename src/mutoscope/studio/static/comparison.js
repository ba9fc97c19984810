// One sentence, drawn by several models: their clips side by side, what each follows of the words, and what it took.

import * as server from "./server.js";
import { attention } from "./attention.js";
import { element } from "./elements.js";
import { words } from "./words.js";

const MARKS = { not_followed: ["✗", "wrong"], not_read: ["?", "unread"], followed: ["✓", "right"] };

export function compared(video) {
  const { contenders, absent } = video.comparison;
  const cards = element("div", { className: "contenders" }, ...contenders.map((one, number) => card(video, one, number)), ...absent.map(missing));
  const all = element("button", { type: "button", onclick: () => play(cards) }, words.playAll);
  const links = ["mp4", "gif", "html"].map((format) => download(video, { variant: "comparison", format }, words.formats[format]));
  const looks = contenders.flatMap(({ name }, number) => attention(video, number, `${name}: ${words.attention}`));
  return [cards, element("div", { className: "actions" }, all, element("span", { className: "soft" }, words.download), ...links), ...looks];
}

function play(cards) {
  for (const player of cards.querySelectorAll("video")) {
    player.currentTime = 0;
    player.play();
  }
}

const download = (video, query, said) => element("a", { href: server.content(video.id, query), download: "" }, said);

function card(video, one, number) {
  const player = element("video", {
    src: server.content(video.id, { number }), controls: true, loop: true, autoplay: true, muted: true, playsInline: true,
  });
  player.setAttribute("aria-label", one.name);
  const verdicts = Object.entries(MARKS).flatMap(([kind, [mark, look]]) =>
    one[kind].map((said) => {
      const sign = element("span", { role: "img", ariaLabel: words.verdicts[kind], title: words.verdicts[kind] }, mark);
      return element("li", { className: look }, sign, element("span", {}, words.verdict(said)));
    }),
  );
  return element(
    "article", {}, element("h3", {}, one.name), player, element("p", { className: "score" }, score(one)),
    element("ul", { className: "verdicts" }, ...verdicts), took(one),
    element("div", { className: "actions" }, download(video, { number }, words.formats.mp4)),
  );
}

function score({ followed, not_followed, not_read, unread_because }) {
  if (unread_because) return unread_because;
  return words.score(followed.length, followed.length + not_followed.length, not_read.length);
}

function took({ seconds, steps, peak_memory, weights }) {
  const { load = 0, ...work } = seconds;
  const whole = Object.values(work).reduce((sum, spent) => sum + spent, 0);
  const rows = [
    [words.sampling, words.sampled(seconds.sample, steps)], [words.whole, words.loading(whole, load)],
    ...(peak_memory ? [[words.memory, `${(peak_memory / 1e9).toFixed(2)} GB`]] : []), [words.weights, weights],
  ];
  return element("dl", {}, ...rows.flatMap(([name, said]) => [element("dt", {}, name), element("dd", {}, said)]));
}

function missing({ name, code, problem, rule, cure }) {
  const said = words.told({ name, code, message: [problem, rule, cure].join("\n") }).split("\n");
  const why = said.map((line) => element("p", { className: "soft" }, line));
  return element("article", { className: "absent" }, element("h3", {}, name), ...why);
}
