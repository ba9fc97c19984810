// One video: its progress while it is made, then its variants to look at, pick and take away.

import * as server from "./server.js";
import { attention } from "./attention.js";
import { compared } from "./comparison.js";
import { element } from "./elements.js";
import { words } from "./words.js";

const result = document.getElementById("result");
const main = document.querySelector("main");
let shown = null; // the video that is on the page
let unfollow = () => {};
let doing = {}; // what the page can do with a video: onEnd, edit, again, compareAgain, remove, continued

export const start = (actions) => (doing = actions);

export function show(video, photo = null) {
  close();
  shown = { video, photo, picked: 0, previews: 0 };
  main.classList.add("with-result");
  main.classList.toggle("comparing", Boolean(video.comparison));
  result.hidden = false;
  draw();
  if (!server.ended(video)) {
    unfollow = server.follow(video.id, changed);
  }
  if (video.comparison || matchMedia("(max-width: 60rem)").matches) result.scrollIntoView({ behavior: "smooth", block: "start" });
}

function changed(now) {
  if (shown?.video.id !== now.id || server.ended(shown.video)) return;
  shown.video = now;
  if (server.ended(now)) {
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
  main.classList.remove("with-result", "comparing");
}

export const redraw = () => shown && draw();

function draw() {
  const { video } = shown;
  const title = element("h2", {}, video.prompt);
  if (video.status === "completed") result.replaceChildren(title, ...(video.comparison ? compared(video) : finished(video)), choices(video), facts(video));
  else if (video.status === "failed") result.replaceChildren(title, ...failed(video));
  else {
    shown.previews = 0;
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
  const stages = Object.entries(words.stages).filter(([stage]) => stage !== "raise" || server.draws(video)).map(([stage, said]) => {
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
  if (video.preview > shown.previews) {
    shown.previews = video.preview;
    look(server.content(video.id, { variant: "preview" }));
  }
}

// A look at what is being made: a small clip, or a picture that sharpens.
async function look(source) {
  const kind = (await fetch(source)).headers.get("Content-Type");
  const film = kind === "video/mp4";
  const draft = film
    ? element("video", { src: source, muted: true, loop: true, autoplay: true, playsInline: true })
    : element("img", { src: `${source}&look=${shown?.previews}`, alt: "", className: "sharp" });
  const ready = film ? "canplay" : "load";
  draft.addEventListener(ready, () => result.querySelector(".preview")?.replaceChildren(draft), { once: true });
  if (film) draft.load();
}

function finished(video) {
  const player = element("video", {
    src: server.content(video.id, { number: shown.picked }), controls: true, loop: true, autoplay: true, muted: true, playsInline: true,
  });
  return [player, ...picks(video), downloads(video), ...attention(video, shown.picked)];
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
  const links = ["mp4", "gif", "webm"].map((format) =>
    element("a", { href: server.content(video.id, { number: shown.picked, format }), download: "" }, format.toUpperCase()),
  );
  return element("div", { className: "actions" }, element("span", { className: "soft" }, words.download), ...links);
}

function choices(video) {
  const choice = (said, act) => element("button", { type: "button", onclick: () => act(video) }, said);
  const done = video.status === "completed" && !video.comparison;
  const further = done ? [choice(words.goOn, () => doing.continued(video, shown.picked, ending))] : [];
  if (done && server.draws(video)) further.push(choice(words.compare, () => doing.compareAgain(video, video.clips[shown.picked].seed)));
  return element(
    "div", { className: "actions" },
    choice(words.again, doing.again), choice(words.edit, doing.edit), ...further, choice(words.remove_clip, doing.remove),
  );
}

// The last frame of the clip that is shown, as a picture file.
async function ending() {
  const player = result.querySelector(":scope > video");
  player.pause();
  const sought = new Promise((done) => player.addEventListener("seeked", done, { once: true }));
  player.currentTime = Math.max(0, player.duration - 0.01);
  await sought;
  const canvas = element("canvas", { width: player.videoWidth, height: player.videoHeight });
  canvas.getContext("2d").drawImage(player, 0, 0);
  const picture = await new Promise((done) => canvas.toBlob(done, "image/png"));
  return new File([picture], "last.png", { type: "image/png" });
}

function facts(video) {
  const clip = video.clips[shown.picked];
  const rows = clip.timeline.map(({ start, end, understood, text }, part) => [
    part ? "" : words.understood,
    `${words.lasting(`${start.toFixed(1)}–${end.toFixed(1)}`)}: ${(understood?.map(words.meaning) ?? [text]).join(", ") || words.stillness}`,
  ]);
  rows.push(...clip.not_understood.map(({ word }) => [words.noted, words.unknown(word)]));
  rows.push(...clip.impossible.map(({ word, reason }) => [words.noted, words.impossible(word, reason)]));
  rows.push(...clip.notes.map((note) => [words.noted, words.note(note)]));
  const { score, place, of } = clip.alignment ?? {};
  if (of) rows.push([words.fit, `${score.toFixed(2)} · ${place}/${of.length}`]);
  const { seconds, size, request } = video;
  rows.push([words.settings, `${server.modelOf(video)} · ${size.replace("x", "×")} · ${words.lasting(seconds)} · ${words.rate(request.fps)} · ${words.seed} ${clip.seed}`]);
  return element("dl", {}, ...rows.flatMap(([name, said]) => [element("dt", {}, name), element("dd", {}, said)]));
}

function failed(video) {
  const why = video.error.code === "cancelled" ? words.cancelled : `${words.failed}: ${words.told(video.error)}`;
  return [element("p", { className: "soft" }, why), choices(video)];
}
