// Everything that was made, newest first, searchable; it is kept by the server, so it survives both restarts and browsers.

import * as server from "./server.js";
import { element } from "./elements.js";
import { words } from "./words.js";

const gallery = document.getElementById("gallery");
const clips = document.getElementById("clips");
const more = document.getElementById("more");
const search = document.getElementById("search");
const PAUSE = 200;
const LOOK_AGAIN = 2000; // by asking, as a browser keeps only a few connections open to one server
let last = null;
let doing = {}; // show, remove
let timer = 0;
let looking = 0;
let turn = 0; // answers to older questions come too late

export function start(actions) {
  doing = actions;
  more.addEventListener("click", () => load(last));
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(load, PAUSE);
  });
}

// Returns whether there is anything at all.
export async function load(after = null) {
  const mine = ++turn;
  const page = await server.list(search.value.trim(), after);
  if (mine !== turn) return true;
  const cards = page.data.map(card);
  if (after) clips.append(...cards);
  else clips.replaceChildren(...cards);
  if (!after && !cards.length) clips.append(element("p", { className: "empty" }, words.notFound));
  last = page.last_id;
  more.hidden = !page.has_more;
  const some = page.data.length > 0 || Boolean(search.value);
  gallery.hidden = !some;
  followLater();
  return some;
}

function followLater() {
  clearTimeout(looking);
  if (clips.querySelector("[data-making]")) looking = setTimeout(follow, LOOK_AGAIN);
}

// The cards of what is still to be made change as it does.
async function follow() {
  for (const old of clips.querySelectorAll("[data-making]")) {
    const video = await server.get(old.dataset.making).catch(() => null); // deleted meanwhile, or the server is started anew
    const now = video && card(video);
    if (now && now.textContent !== old.textContent) old.replaceWith(now);
  }
  followLater();
}

function card(video) {
  const name = video.prompt.slice(0, 80);
  const look = element("button", { type: "button", className: "show", onclick: () => doing.show(video) }, picture(video, name));
  look.setAttribute("aria-label", `${words.show}: ${name}`);
  const made = element(
    "article", { className: "clip" }, look, element("p", {}, video.prompt.length > 90 ? `${video.prompt.slice(0, 88)}…` : video.prompt),
    element("p", { className: "soft" }, `${server.modelOf(video)} · ${video.size.replace("x", "×")} · ${words.lasting(video.seconds)}`),
    element("div", { className: "actions" },
      element("button", { type: "button", className: "quiet", onclick: () => doing.again(video) }, words.again),
      element("button", { type: "button", className: "quiet", onclick: () => doing.remove(video) }, words.remove_clip)),
  );
  if (!server.ended(video)) made.dataset.making = video.id;
  return made;
}

function picture(video, name) {
  if (video.status === "completed") {
    const seen = video.comparison ? video.clips : [video.clips[0]];
    const looks = seen.map((_, number) => element("img", { src: server.content(video.id, { variant: "thumbnail", number }), alt: number ? "" : name, loading: "lazy" }));
    return element("div", { className: "looks" }, ...looks);
  }
  const failed = video.error?.code === "cancelled" ? words.cancelled : words.failed;
  const state = { queued: words.queued(video.ahead), in_progress: words.working, failed }[video.status];
  return element("div", { className: "blank" }, state);
}
