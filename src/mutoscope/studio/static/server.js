// The server's API, as functions.

import { words } from "./words.js";

async function fetched(path, options) {
  let answer;
  try {
    answer = await fetch(`/v1${path}`, options);
  } catch {
    throw new Error(words.unreachable);
  }
  if (!answer.ok) throw new Error((await answer.json()).error.message);
  return answer;
}

const ask = async (path, options) => (await fetched(path, options)).json();

const json = (body) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const models = async () => (await ask("/models")).data;

export const create = (wishes, photo, last) => send("/videos", wishes, photo, last);
export const compare = (wishes, photo, last) => send("/videos/comparisons", wishes, photo, last);

function send(path, wishes, photo, last) {
  const form = new FormData();
  for (const [name, value] of Object.entries(wishes)) if (value !== null) form.append(name, value);
  if (photo) form.append("input_reference", photo, photo.name ?? "photo");
  if (last) form.append("last", last, last.name);
  return ask(path, { method: "POST", body: form });
}

export const read = (wishes, signal) => ask("/videos/read", { ...json(wishes), signal });
export const remix = (id, wishes = {}) => ask(`/videos/${id}/remix`, json(wishes));
export const get = (id) => ask(`/videos/${id}`);
export const cancel = (id) => ask(`/videos/${id}/cancel`, { method: "POST" });
export const remove = (id) => ask(`/videos/${id}`, { method: "DELETE" });
export const list = (search, after) =>
  ask(`/videos?${new URLSearchParams({ limit: 12, search, ...(after ? { after } : {}) })}`);

// Whether a model of ours draws it, which can go on from codes; large models and moved photos go on from a picture.
export const draws = (video) => video.model !== "motion" && !video.model.startsWith("hub:");
export const modelOf = ({ model, comparison }) =>
  comparison ? [words.comparison, ...comparison.contenders.map(({ name }) => name)].join(" · ") : model;
export const looksAtWords = (video) => draws(video) && !video.request.extends;
export const attention = async (id, number) => (await fetched(`/videos/${id}/attention?number=${number}`)).blob();
export const content = (id, query) => `/v1/videos/${id}/content?${new URLSearchParams(query)}`;

export async function photoOf(id, variant = "photo") {
  const answer = await fetch(content(id, { variant }));
  return answer.ok ? new File([await answer.blob()], "photo") : null;
}

// Tells every change of a video until it has ended; asks again where the connection broke.
export function follow(id, onChange) {
  const events = new EventSource(`/v1/videos/${id}/events`);
  events.addEventListener("progress", (event) => {
    const video = JSON.parse(event.data);
    if (["completed", "failed"].includes(video.status)) events.close();
    onChange(video);
  });
  return () => events.close();
}
