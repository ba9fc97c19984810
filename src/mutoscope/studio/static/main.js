// The page: the form becomes a request, and what is made goes to the result and the gallery.

import * as examples from "./examples.js";
import * as gallery from "./gallery.js";
import * as picture from "./photo.js";
import * as prompt from "./prompt.js";
import * as result from "./result.js";
import * as server from "./server.js";
import { language, preferred, speak, words } from "./words.js";

const DRAWS = "diffusion"; // what draws where no model is chosen
const MORE = ["negative", "motion", "guidance", "steps", "fps", "keep", "lora"];
const form = document.getElementById("wishes");
const fields = Object.fromEntries(
  ["prompt", "shape", "quality", "seconds", "variants", "seed", "model", ...MORE].map((id) => [id, document.getElementById(id)]),
);
const last = document.getElementById("last");
const mask = document.getElementById("mask");
const goesOn = document.getElementById("earlier");
let models = [];
let arrived = null; // when they are known, which takes a moment where the server has just been started
let earlier = null; // the clip that goes on, as {id, number, prompt}, or {file} where it is not one of the gallery's
const wrong = document.getElementById("error");
const submit = form.querySelector("[type=submit]");
const comparing = document.getElementById("compare");

const standard = { motion: 1, fps: 24, keep: 0, negative: null, guidance: null, steps: null, lora: null };

// Width over height that was chosen; null is the photo's own.
function aspect() {
  const [across, down] = fields.shape.value.split(":").map(Number);
  return down ? across / down : null;
}

// What the server would choose by itself, so that words are read by the model that will hear them.
function model() {
  const drawn = !picture.photo.file || last.files.length || earlier;
  return fields.model.value || (drawn && models.includes(DRAWS) ? DRAWS : "motion");
}

function size(chosen) {
  if (!aspect() && chosen !== "motion") return null;
  const seen = picture.dimensions();
  const shape = aspect() ?? (seen ? seen[0] / seen[1] : null);
  if (!shape) return null;
  const longest = aspect() ? Number(fields.quality.value) : Math.min(Number(fields.quality.value), Math.max(...seen));
  const even = (side) => Math.max(64, 2 * Math.round(side / 2));
  return `${even(longest * Math.min(1, shape))}x${even(longest * Math.min(1, 1 / shape))}`;
}

// Numbers that are out of their range are told at once, in the page's language; the server would refuse them too.
function checkNumbers() {
  const wrong = [...form.querySelectorAll("[type=number]")].find(({ validity }) => validity.badInput || validity.rangeUnderflow || validity.rangeOverflow);
  if (wrong) throw new Error(words.between(wrong.labels[0].textContent, wrong.min, wrong.max));
}

function wishes(chosen = model()) {
  checkNumbers();
  const { subject, drag } = picture.photo;
  return {
    prompt: fields.prompt.value, size: earlier ? null : size(chosen), seconds: fields.seconds.value || 3, variants: fields.variants.value,
    seed: fields.seed.value || 0, model: chosen,
    ...Object.fromEntries(MORE.map((name) => [name, fields[name].value.trim() || null])),
    extends: earlier?.id ? `${earlier.id}:${earlier.number}` : null,
    subject: subject && picture.photo.file ? picture.point(subject) : null,
    drag: drag && picture.photo.file ? drag.map(picture.point).join(":") : null,
  };
}

// The server takes what is there, and leaves the rest at its defaults.
const given = () => Object.fromEntries(Object.entries(wishes()).filter(([, value]) => value !== null));

const files = () => ({
  photo: earlier ? null : picture.photo.file, last: last.files[0], mask: mask.files[0], extends: earlier?.file,
});

function fail(error) {
  wrong.textContent = error.message;
  wrong.hidden = false;
  wrong.scrollIntoView({ block: "nearest" });
}

async function trying(act) {
  wrong.hidden = true;
  submit.disabled = comparing.disabled = true;
  try {
    return await act();
  } catch (error) {
    fail(error);
  } finally {
    submit.disabled = comparing.disabled = false;
  }
}

const make = () =>
  trying(async () => {
    await arrived;
    const sent = files();
    if (model() === "motion" && !sent.photo) throw new Error(words.needsPhoto);
    result.show(await server.create(wishes(), sent), picture.photo.image && sent.photo);
    await refresh();
  });

// All families draw what one of them would: there is one clip of each, and none has a model of its own to be told.
const compare = () =>
  trying(async () => {
    const sent = files();
    const { model: _, variants, keep, ...shared } = wishes(DRAWS);
    result.show(await server.compare(shared, sent), picture.photo.image && sent.photo);
    await refresh();
  });

const compareAgain = (video, seed) =>
  trying(async () => {
    const made = await server.remix(video.id, { models: "all", seed });
    result.show(made, await server.kept(video, "photo"));
    await refresh();
  });

const again = (video) =>
  trying(async () => {
    result.show(await server.remix(video.id), await server.kept(video, "photo"));
    await refresh();
  });

const remove = (video) =>
  confirm(words.sure) && trying(async () => {
    await server.remove(video.id);
    result.close(video.id);
    await refresh();
  });

// A video's settings back in the form, its photo and marks too.
const edit = (video) => trying(() => fill(video));

async function fill(video) {
  const { request } = video;
  const numbers = (text) => text?.split(":").map((place) => place.split(",").map(Number));
  Object.assign(fields.prompt, { value: request.prompt });
  for (const name of ["seconds", "seed", "model"]) fields[name].value = request[name];
  for (const name of MORE) fields[name].value = request[name] === standard[name] ? "" : request[name];
  const begun = await server.kept(video, "extends"); // the clip itself, as the one that it was taken from may be gone
  goOn(begun && { file: begun });
  for (const field of [last, mask]) {
    const held = new DataTransfer();
    if (request[field.id]) held.items.add(await server.kept(video, field.id));
    field.files = held.files;
  }
  fields.variants.value = Math.min(request.variants, 4);
  const [width, height] = video.size.split("x").map(Number);
  const shapes = { "16:9": 16 / 9, "9:16": 9 / 16, "1:1": 1 };
  fields.shape.value = Object.keys(shapes).find((name) => Math.abs(shapes[name] - width / height) < 0.01) ?? "";
  const sides = [...fields.quality.options].map((option) => option.value);
  fields.quality.value = sides.find((side) => Number(side) >= Math.max(width, height)) ?? sides.at(-1);
  const spots = numbers(request.subject);
  const subject = spots?.length === 2 ? spots[0].map((value, axis) => (value + spots[1][axis]) / 2) : (spots?.[0] ?? null);
  document.getElementById("more-wishes").open = MORE.some((name) => fields[name].value) || last.files.length + mask.files.length > 0;
  await picture.take(await server.kept(video, "photo"), { subject, drag: numbers(request.drag) ?? null });
  form.scrollIntoView({ behavior: "smooth" });
  fields.prompt.focus();
}

// The next clip begins where this one ends: a drawn one goes on, of others the last picture is the next photo.
function goOn(clip) {
  earlier = clip;
  goesOn.hidden = !clip;
  goesOn.firstElementChild.textContent = clip ? words.goesOn(clip.prompt) : "";
}

async function continued(video, number, ending) {
  const drawn = server.draws(video);
  goOn(drawn ? { id: video.id, number, prompt: video.prompt } : null);
  await picture.take(drawn ? null : await ending());
  fields.model.value = "";
  fields.prompt.value = "";
  changed();
  form.scrollIntoView({ behavior: "smooth" });
  fields.prompt.focus();
}

async function refresh() {
  try {
    const some = await gallery.load();
    examples.show(!some, (file, said) => {
      fields.prompt.value = said;
      picture.take(file).then(make);
    });
  } catch (error) {
    fail(error);
  }
}

function changed() {
  picture.photo.aspect = aspect();
  picture.draw();
  prompt.changed();
}

function speaking(chosen) {
  speak(chosen);
  prompt.offerCommands();
  goOn(earlier);
  result.redraw();
  prompt.changed();
  return refresh();
}

comparing.addEventListener("click", compare);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  make();
});
fields.prompt.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
goesOn.querySelector("button").addEventListener("click", () => {
  goOn(null);
  changed();
});
for (const field of [last, mask]) field.addEventListener("change", changed);
for (const field of Object.values(fields)) if (field !== fields.prompt) field.addEventListener("change", changed);
document.getElementById("language").addEventListener("click", () => speaking(language() === "zh" ? "en" : "zh"));

picture.start(changed);
prompt.start(given);
result.start({ onEnd: refresh, again, compareAgain, edit, remove, continued });
gallery.start({ show: (video) => result.show(video), again, remove });
speaking(preferred());
arrived = server.models().then((offered) => {
  models = offered.map(({ id }) => id);
  comparing.hidden = !models.some((id) => server.draws({ model: id }));
  fields.model.append(...offered.map(({ id, can }) => Object.assign(new Option(id, id), { title: can.join(", ") })));
  changed();
}, fail);
