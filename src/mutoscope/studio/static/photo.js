// The photo: dropped, chosen or pasted; a click names the subject, a drag says where it goes. All places are fractions.

const stage = document.getElementById("stage");
const drop = document.getElementById("drop");
const file = document.getElementById("file");
const canvas = document.getElementById("picture");
const unmark = document.getElementById("unmark");
const DRAG = 0.03; // a shorter way is a click

export const photo = { file: null, image: null, subject: null, drag: null, aspect: null };
let onChange = () => {};
let cursor = null; // of the keyboard

export async function take(picked, marks = {}) {
  Object.assign(photo, { file: picked, image: null, subject: null, drag: null }, marks);
  if (picked) {
    try {
      photo.image = await createImageBitmap(picked);
    } catch {
      photo.image = null; // HEIC, say: the server reads it, this browser does not
    }
  }
  drop.hidden = Boolean(picked);
  stage.hidden = !picked;
  file.value = "";
  draw();
  onChange();
}

// Width and height of the photo, or null where there is none to be seen.
export const dimensions = () => (photo.image ? [photo.image.width, photo.image.height] : null);

export const point = ([x, y]) => `${x.toFixed(3)},${y.toFixed(3)}`;

export function draw() {
  const { image } = photo;
  unmark.hidden = !photo.subject && !photo.drag;
  canvas.hidden = !image;
  if (!image) return;
  const scale = Math.min(1, 1400 / Math.max(image.width, image.height));
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  const brush = canvas.getContext("2d");
  brush.drawImage(image, 0, 0, canvas.width, canvas.height);
  shade(brush);
  brush.lineWidth = Math.max(3, canvas.width / 130);
  brush.lineCap = "round";
  if (photo.drag) arrow(brush, ...photo.drag);
  if (photo.subject) ring(brush, photo.subject, "#fff");
  if (cursor && document.activeElement === canvas) ring(brush, cursor, "#ffd54a");
}

// What the chosen shape cuts off is dimmed.
function shade(brush) {
  if (!photo.aspect) return;
  const { width, height } = canvas;
  const kept = [Math.min(width, height * photo.aspect), Math.min(height, width / photo.aspect)];
  const [left, top] = [(width - kept[0]) / 2, (height - kept[1]) / 2];
  brush.fillStyle = "#000a";
  brush.fillRect(0, 0, width, top);
  brush.fillRect(0, height - top, width, top);
  brush.fillRect(0, top, left, kept[1]);
  brush.fillRect(width - left, top, left, kept[1]);
}

function outlined(brush, colour, path) {
  const thin = brush.lineWidth;
  for (const [style, width] of [["#000a", thin * 2], [colour, thin]]) {
    brush.strokeStyle = style;
    brush.lineWidth = width;
    brush.beginPath();
    path();
    brush.stroke();
  }
  brush.lineWidth = thin;
}

function ring(brush, [x, y], colour) {
  outlined(brush, colour, () => brush.arc(x * canvas.width, y * canvas.height, canvas.width / 45, 0, 2 * Math.PI));
}

function arrow(brush, [x0, y0], [x1, y1]) {
  const [a, b, c, d] = [x0 * canvas.width, y0 * canvas.height, x1 * canvas.width, y1 * canvas.height];
  const [turn, head] = [Math.atan2(d - b, c - a), canvas.width / 30];
  outlined(brush, "#fff", () => {
    brush.moveTo(a, b);
    brush.lineTo(c, d);
    for (const side of [-0.5, 0.5]) {
      brush.moveTo(c, d);
      brush.lineTo(c - head * Math.cos(turn + side), d - head * Math.sin(turn + side));
    }
  });
}

function place(event) {
  const box = canvas.getBoundingClientRect();
  const inside = (value) => Math.min(Math.max(value, 0), 1);
  return [inside((event.clientX - box.left) / box.width), inside((event.clientY - box.top) / box.height)];
}

const far = ([x0, y0], [x1, y1]) => Math.hypot(x1 - x0, y1 - y0) > DRAG;

function mark(subject, drag) {
  Object.assign(photo, { subject, drag });
  draw();
  onChange();
}

function pointing() {
  let from = null;
  canvas.addEventListener("pointerdown", (event) => {
    from = place(event);
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (from && far(from, place(event))) Object.assign(photo, { subject: null, drag: [from, place(event)] });
    if (from) draw();
  });
  canvas.addEventListener("pointerup", (event) => {
    if (!from) return;
    const to = place(event);
    mark(...(far(from, to) ? [null, [from, to]] : [to, null]));
    from = null;
  });
  canvas.addEventListener("pointercancel", () => (from = null));
}

// Arrow keys move a ring, Enter names the subject there; with Shift, arrow keys draw an arrow from it.
function typing() {
  const ways = { ArrowLeft: [-0.02, 0], ArrowRight: [0.02, 0], ArrowUp: [0, -0.02], ArrowDown: [0, 0.02] };
  canvas.addEventListener("keydown", (event) => {
    const way = ways[event.key];
    if (way) {
      event.preventDefault();
      const from = photo.drag?.[0] ?? photo.subject ?? cursor ?? [0.5, 0.5];
      const at = event.shiftKey ? (photo.drag?.[1] ?? from) : (cursor ?? [0.5, 0.5]);
      const to = at.map((value, axis) => Math.min(Math.max(value + way[axis], 0), 1));
      if (event.shiftKey) mark(null, [from, to]);
      else cursor = to;
    } else if (event.key === "Enter") mark(cursor ?? [0.5, 0.5], null);
    else if (event.key === "Escape") mark(null, null);
    draw();
  });
  canvas.addEventListener("blur", draw);
}

export function start(changed) {
  onChange = changed;
  file.addEventListener("change", () => file.files[0] && take(file.files[0]));
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
    });
  }
  document.addEventListener("paste", (event) => {
    if (event.clipboardData.files[0]) take(event.clipboardData.files[0]);
  });
  unmark.addEventListener("click", () => mark(null, null));
  document.getElementById("remove").addEventListener("click", () => take(null));
  pointing();
  typing();
}
