// The server's API, as functions.

import { words } from "./words.js";

async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(`/v1${path}`, options);
  } catch {
    throw new Error(words.unreachable);
  }
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error.message);
  return told;
}

const json = (body) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const models = async () => (await ask("/models")).data;

export const create = (wishes, photo, last) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(wishes)) if (value !== null) form.append(name, value);
  if (photo) form.append("input_reference", photo, photo.name ?? "photo");
  if (last) form.append("last", last, last.name);
  return ask("/videos", { method: "POST", body: form });
};

export const read = (wishes, signal) => ask("/videos/read", { ...json(wishes), signal });
export const remix = (id) => ask(`/videos/${id}/remix`, json({}));
export const get = (id) => ask(`/videos/${id}`);
export const cancel = (id) => ask(`/videos/${id}/cancel`, { method: "POST" });
export const remove = (id) => ask(`/videos/${id}`, { method: "DELETE" });
export const list = (search, after) =>
  ask(`/videos?${new URLSearchParams({ limit: 12, search, ...(after ? { after } : {}) })}`);

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
