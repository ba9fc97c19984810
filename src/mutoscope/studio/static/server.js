// The server's API, as functions.

import { words } from "./words.js";

async function fetched(path, options) {
  let answer;
  try {
    answer = await fetch(`/v1${path}`, options);
  } catch {
    throw new Error(words.unreachable);
  }
  if (!answer.ok) throw new Error(words.told((await answer.json()).error));
  return answer;
}

const ask = async (path, options) => (await fetched(path, options)).json();

const json = (body) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const models = async () => (await ask("/models")).data;

export const create = (wishes, files) => send("/videos", wishes, files);
export const compare = (wishes, files) => send("/videos/comparisons", wishes, files);

function send(path, wishes, files) {
  const form = new FormData();
  for (const [name, value] of Object.entries(wishes)) if (value !== null) form.append(name, value);
  for (const [name, file] of Object.entries(files)) if (file) form.append(name, file, file.name ?? name);
  return ask(path, { method: "POST", body: form });
}

export const read = (wishes, signal) => ask("/videos/read", { ...json(wishes), signal });
export const remix = (id, wishes = {}) => ask(`/videos/${id}/remix`, json(wishes));
export const get = (id) => ask(`/videos/${id}`);
export const cancel = (id) => ask(`/videos/${id}/cancel`, { method: "POST" });
export const remove = (id) => ask(`/videos/${id}`, { method: "DELETE" });
export const list = (search, after) =>
  ask(`/videos?${new URLSearchParams({ limit: 12, search, ...(after ? { after } : {}) })}`);

export const ended = (video) => ["completed", "failed"].includes(video.status);
// Whether a model of ours draws it, which can go on from codes; large models and moved photos go on from a picture.
export const draws = (video) => video.model !== "motion" && !video.model.startsWith("hub:");
export const modelOf = ({ model, comparison }) =>
  comparison ? [words.comparison, ...comparison.contenders.map(({ name }) => name)].join(" · ") : model;
export const looksAtWords = (video) => draws(video) && !video.request.extends;
export const attention = async (id, number) => (await fetched(`/videos/${id}/attention?number=${number}`)).blob();
export const content = (id, query) => `/v1/videos/${id}/content?${new URLSearchParams(query)}`;

// What a video was given: its photo, its last picture, its mask, or the clip that it goes on from; null where it was not.
export async function kept(video, name) {
  if (!video.request[name]) return null;
  const answer = await fetched(`/videos/${video.id}/content?variant=${name}`);
  return new File([await answer.blob()], name);
}

// Tells every change of a video until it has ended; asks again where the connection broke.
export function follow(id, onChange) {
  const events = new EventSource(`/v1/videos/${id}/events`);
  events.addEventListener("progress", (event) => {
    const video = JSON.parse(event.data);
    if (ended(video)) events.close();
    onChange(video);
  });
  return () => events.close();
}
