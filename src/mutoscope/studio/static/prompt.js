// The sentence: words that are not known are underlined, with near ones to choose from, before anything runs.

import * as server from "./server.js";
import { element } from "./elements.js";
import { language, words } from "./words.js";

const prompt = document.getElementById("prompt");
const marks = document.getElementById("marks");
const reading = document.getElementById("reading");
const estimate = document.getElementById("estimate");
const camera = document.getElementById("camera");
const PAUSE = 250; // milliseconds without a key

const COMMANDS = [
  ["Push in", "推进"], ["Pull out", "拉远"], ["Pan left", "左摇"], ["Pan right", "右摇"], ["Tilt up", "上摇"], ["Tilt down", "下摇"],
  ["Pedestal up", "上升"], ["Pedestal down", "下降"], ["Shake", "晃动"], ["Static shot", "固定"],
];

let wishes = () => ({});
let timer = 0;
let asking = null;

export function start(current) {
  wishes = current;
  prompt.addEventListener("input", changed);
  prompt.addEventListener("scroll", () => (marks.scrollTop = prompt.scrollTop));
  new ResizeObserver(() => (marks.style.height = `${prompt.offsetHeight}px`)).observe(prompt);
}

export function offerCommands() {
  camera.replaceChildren(
    ...COMMANDS.map(([english, chinese]) => {
      const said = language() === "zh" ? chinese : english;
      return element("button", { type: "button", onclick: () => insert(`[${said}] `) }, said);
    }),
  );
}

function insert(text) {
  const [from, to] = [prompt.selectionStart, prompt.selectionEnd];
  prompt.setRangeText(text, from, to, "end");
  prompt.focus();
  changed();
}

// Read the sentence again: it, or something that its clip depends on, was changed.
export function changed() {
  underline([]);
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE);
}

async function ask() {
  asking?.abort();
  const mine = (asking = new AbortController());
  let told = null;
  let failed = null;
  if (prompt.value.trim()) {
    try {
      told = await server.read(wishes(), mine.signal);
    } catch (error) {
      failed = error;
    }
  }
  if (mine.signal.aborted) return; // a newer sentence is being read
  reading.replaceChildren();
  estimate.textContent = "";
  if (told) show(told);
  if (failed) say(failed.message, "problem");
}

function show(told) {
  underline([...told.unknown.map((word) => [word.word, "unknown"]), ...told.impossible.map((word) => [word.word, "impossible"])]);
  for (const { word, near } of told.unknown) {
    const choices = near.map((known) => element("button", { type: "button", onclick: () => exchange(word, known) }, known));
    say([words.unknown(word), ...(near.length ? [` ${words.near} `, ...choices] : [])]);
  }
  for (const { word, reason } of told.impossible) say(words.impossible(word, reason));
  if (told.problem) {
    const message = told.impossible.length ? told.problem.split(". ").slice(-1)[0] : told.problem; // the words were told
    say(words.told({ code: told.code, message }), "problem");
  }
  estimate.textContent = words.estimate(told.estimate);
}

function say(parts, kind = "") {
  reading.append(element("p", { className: `soft ${kind}` }, ...[parts].flat()));
}

// Where a word stands in the sentence, as [start, end]; letters must not go on beside it.
function places(word) {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/ /g, "\\s+");
  const whole = /[a-z]/i.test(word) ? `(?<![\\p{L}])${escaped}(?![\\p{L}])` : escaped;
  return [...prompt.value.matchAll(new RegExp(whole, "giu"))].map((found) => [found.index, found.index + found[0].length]);
}

function underline(found) {
  const spans = found.flatMap(([word, kind]) => places(word).map(([start, end]) => ({ start, end, kind })));
  spans.sort((a, b) => a.start - b.start);
  const parts = [];
  let now = 0;
  for (const { start, end, kind } of spans) {
    if (start < now) continue;
    parts.push(prompt.value.slice(now, start), element("mark", { className: kind }, prompt.value.slice(start, end)));
    now = end;
  }
  marks.replaceChildren(...parts, prompt.value.slice(now) + "\n");
  marks.scrollTop = prompt.scrollTop;
}

function exchange(word, known) {
  for (const [start, end] of places(word).reverse()) prompt.setRangeText(known, start, end, "end");
  prompt.focus();
  changed();
}
