// One video: its progress while it is made, then its variants to look at, pick and take away.

import * as server from "./server.js";
import { element } from "./elements.js";
import { words } from "./words.js";

const result = document.getElementById("result");
const main = document.querySelector("main");
let shown = null; // the video that is on the page
let unfollow = () => {};
let doing = {}; // what the page can do with a video: onEnd, edit, again, remove

export const start = (actions) => (doing = actions);

export function show(video, photo = null) {
  close();
  shown = { video, photo, picked: 0, previewed: false };
  main.classList.add("with-result");
  result.hidden = false;
  draw();
  if (!ended(video)) {
    unfollow = server.follow(video.id, changed);
  }
  if (matchMedia("(max-width: 60rem)").matches) result.scrollIntoView({ behavior: "smooth", block: "start" });
}

function changed(now) {
  if (shown?.video.id !== now.id || ended(shown.video)) return;
  shown.video = now;
  if (ended(now)) {
    draw();
    doing.onEnd(now);
  } else progress();
}

export function close(id = shown?.video.id) {
  if (shown?.video.id !== id) return;
  unfollow();
  shown = null;
  result.hidden = true;
  result.replaceChildren();
  main.classList.remove("with-result");
}

export const redraw = () => shown && draw();
const ended = (video) => ["completed", "failed"].includes(video.status);

function draw() {
  const { video } = shown;
  const title = element("h2", {}, video.prompt);
  if (video.status === "completed") result.replaceChildren(title, ...finished(video));
  else if (video.status === "failed") result.replaceChildren(title, ...failed(video));
  else {
    shown.previewed = false;
    result.replaceChildren(title, ...working());
    progress();
  }
}

function working() {
  const { video, photo } = shown;
  const preview = element("div", { className: "preview" });
  if (photo) preview.append(element("img", { src: URL.createObjectURL(photo), alt: "" }));
  const cancel = element("button", { type: "button", id: "cancel" }, words.cancel);
  cancel.addEventListener("click", async () => {
    cancel.disabled = true;
    await server.cancel(video.id).then(changed, () => {});
  });
  const stages = Object.entries(words.stages).map(([stage, said]) => {
    const item = element("li", {}, said);
    item.dataset.stage = stage;
    return item;
  });
  return [
    preview,
    element("progress", { max: 100, value: 0 }),
    element("ul", { className: "stages" }, ...stages),
    element("div", { className: "actions" }, cancel, element("span", { className: "soft", id: "left" })),
  ];
}

// Only what changes: the preview must not start again at each step.
function progress() {
  const { video } = shown;
  const bar = result.querySelector("progress");
  if (!bar) return;
  bar.value = video.progress;
  const names = Object.keys(words.stages);
  for (const item of result.querySelectorAll("[data-stage]")) {
    const now = names.indexOf(item.dataset.stage) - names.indexOf(video.stage);
    item.className = !video.stage || now > 0 ? "" : now === 0 ? "now" : "past";
  }
  const waiting = video.status === "queued";
  result.querySelector("#left").textContent = waiting ? words.queued(video.ahead) : words.left(video.seconds_left ?? 0);
  if (video.preview && !shown.previewed) {
    shown.previewed = true;
    const source = server.content(video.id, { variant: "preview" });
    const draft = element("video", { src: source, muted: true, loop: true, autoplay: true, playsInline: true });
    draft.addEventListener("canplay", () => result.querySelector(".preview")?.replaceChildren(draft), { once: true });
    draft.load();
  }
}

function finished(video) {
  const player = element("video", {
    src: server.content(video.id, { number: shown.picked }), controls: true, loop: true, autoplay: true, muted: true, playsInline: true,
  });
  const clip = video.clips[shown.picked];
  return [player, ...picks(video), downloads(video), choices(video), facts(video, clip)];
}

function picks(video) {
  if (video.clips.length < 2) return [];
  const buttons = video.clips.map((_, number) => {
    const picture = element("img", { src: server.content(video.id, { variant: "thumbnail", number }), alt: words.pick(number + 1) });
    const button = element("button", { type: "button", onclick: () => pick(number) }, picture);
    button.setAttribute("aria-pressed", String(number === shown.picked));
    return button;
  });
  return [element("div", { className: "picks" }, ...buttons)];
}

function pick(number) {
  shown.picked = number;
  draw();
  result.querySelectorAll(".picks button")[number].focus();
}

function downloads(video) {
  const links = ["mp4", "gif", "webm"].map((format) => {
    const name = `mutoscope-${video.clips[shown.picked].seed}.${format}`;
    return element("a", { href: server.content(video.id, { number: shown.picked, format }), download: name }, format.toUpperCase());
  });
  return element("div", { className: "actions" }, element("span", { className: "soft" }, words.download), ...links);
}

function choices(video) {
  const choice = (said, act) => element("button", { type: "button", onclick: () => act(video) }, said);
  return element(
    "div", { className: "actions" },
    choice(words.again, doing.again), choice(words.edit, doing.edit), choice(words.remove_clip, doing.remove),
  );
}

function facts(video, clip) {
  const rows = clip.timeline.map(({ start, end, understood }) => [
    words.understood, `${start.toFixed(1)}–${end.toFixed(1)} s: ${understood.join(", ") || words.stillness}`,
  ]);
  rows.push(...clip.not_understood.map(({ word }) => [words.noted, words.unknown(word)]));
  rows.push(...clip.impossible.map(({ word, reason }) => [words.noted, words.impossible(word, reason)]));
  rows.push(...clip.notes.map((note) => [words.noted, note]));
  const { model, seconds, size, request } = video;
  rows.push([words.settings, `${model} · ${size} · ${seconds} s · ${request.fps} fps · ${words.seed} ${clip.seed}`]);
  return element("dl", {}, ...rows.flatMap(([name, said]) => [element("dt", {}, name), element("dd", {}, said)]));
}

function failed(video) {
  const why = video.error.code === "cancelled" ? words.cancelled : `${words.failed}: ${video.error.message}`;
  return [element("p", { className: "soft" }, why), choices(video)];
}
