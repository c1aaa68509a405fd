// The page's hands: choose a model, a direction and a picture; see input, attention, paint and result; move two sliders.

import { compose, load, look, show } from "./translate.js";

const LARGEST = 16e6; // pixels; phones refuse larger canvases
const SHOWN = 768; // pixels of the long side on the screen; what is saved has the picture's own size
const models = new URL("../models/", import.meta.url);
const at = (id) => document.getElementById(id);
const sessions = new Map(); // by graph, so that each is fetched once
const state = { model: null, direction: null, picture: null, shown: null, seen: null, name: "" };

const say = (text, wrong = false) => {
  at("status").textContent = text;
  at("status").classList.toggle("wrong", wrong);
};

start().catch((error) => say(`The model could not be fetched: ${error.message}. Reload the page to try again.`, true));

async function start() {
  const listed = await (await fetch(new URL("models.json", models))).json();
  at("models").replaceChildren(...choices("model", listed, (model) => model.title, chooseModel));
  at("models").parentElement.hidden = listed.length < 2;
  at("file").addEventListener("change", () => at("file").files[0] && read(at("file").files[0]));
  for (const name of ["matte", "blend"]) at(name).addEventListener("input", soon(draw));
  at("save").addEventListener("click", save);
  for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
  document.addEventListener("dragover", () => at("drop").classList.add("over"));
  document.addEventListener("dragleave", () => at("drop").classList.remove("over"));
  document.addEventListener("drop", dropped);
  await chooseModel(listed[0]);
}

/** Radio buttons for a few values, the first one chosen. */
function choices(name, values, label, chosen) {
  return values.map((value, i) => {
    const [box, radio] = [document.createElement("label"), document.createElement("input")];
    Object.assign(radio, { type: "radio", name, checked: i === 0 });
    radio.addEventListener("change", () => chosen(value));
    box.append(radio, ` ${label(value)}`);
    return box;
  });
}

async function chooseModel(model) {
  state.model = model;
  const arrow = ({ from, to }) => `${from} → ${to}`;
  at("directions").replaceChildren(...choices("direction", model.directions, arrow, chooseDirection));
  at("samples").replaceChildren(...model.samples.map(sampleButton));
  at("samples").parentElement.hidden = !model.samples.length;
  state.direction = model.directions[0];
  if (!state.picture && model.samples.length) await chooseSample(model.samples[0], at("samples").firstChild);
  else await translate();
}

async function chooseDirection(direction) {
  state.direction = direction;
  await translate();
}

function sampleButton(sample) {
  const [button, image] = [document.createElement("button"), document.createElement("img")];
  Object.assign(button, { type: "button", ariaPressed: "false" });
  Object.assign(image, { src: new URL(sample.file, models), alt: sample.alt, width: 64, height: 64 });
  button.append(image);
  button.addEventListener("click", () => chooseSample(sample, button));
  return button;
}

async function chooseSample(sample, button) {
  const i = state.model.directions.findIndex(({ word }) => word === sample.direction);
  state.direction = state.model.directions[i];
  at("directions").querySelectorAll("input")[i].checked = true;
  const blob = await (await fetch(new URL(sample.file, models))).blob();
  await read(new File([blob], sample.alt), button);
}

function dropped(event) {
  at("drop").classList.remove("over");
  const file = event.dataTransfer.files[0];
  if (file) read(file);
  else say("That was no file. Drop a picture from your computer, or choose one with the button.", true);
}

/** Take a file as the picture, or say why it is none. */
async function read(file, button = null) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file); // upright, as the camera's note in the file says
  } catch {
    say(`${file.name} is no picture this browser can read. Try a JPEG, PNG or WebP file.`, true);
    at("file").value = "";
    return;
  }
  const fit = Math.min(1, Math.sqrt(LARGEST / (bitmap.width * bitmap.height)));
  state.picture = pixels(bitmap, fit);
  state.shown = pixels(bitmap, Math.min(fit, SHOWN / Math.max(bitmap.width, bitmap.height)));
  state.name = button ? "" : file.name;
  for (const other of at("samples").children) other.ariaPressed = String(other === button);
  await translate();
}

/** A bitmap's bytes, scaled, on white where it is transparent. */
function pixels(bitmap, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** Have the networks look at the picture, and show what they say. */
async function translate() {
  const { model, direction, picture } = state;
  if (!picture) return;
  const graph = new URL(direction.file, models).href;
  if (!sessions.has(graph)) {
    say(`Fetching the model: ${(direction.bytes / 1e6).toFixed(0)} MB, and at the first visit the program that runs it ...`);
    sessions.set(graph, load(graph));
  }
  try {
    const session = await sessions.get(graph);
    const began = performance.now();
    const seen = await look(session, picture, model);
    if (picture !== state.picture || direction !== state.direction) return; // somebody was quicker
    state.seen = seen;
    const took = Math.round(performance.now() - began);
    draw();
    const { height, width } = seen.attention;
    say(`${state.name || "Sample"}, ${picture.width} × ${picture.height} pixels: the networks looked at it as ${width} × ${height}, for ${took} ms.`);
  } catch (error) {
    sessions.delete(graph);
    say(`The model could not be run: ${error.message}`, true);
  }
}

function draw() {
  const { shown, seen, direction } = state;
  if (!seen) return;
  const settings = { matte: at("matte").value / 100, blend: at("blend").value / 100 };
  at("matte-value").textContent = `× ${settings.matte.toFixed(2)}`;
  at("blend-value").textContent = `${at("blend").value} % paint`;
  const values = seen.attention.data;
  const share = values.reduce((sum, value) => sum + Math.min(1, settings.matte * value), 0) / values.length;
  at("share").textContent = `${(100 * share).toFixed(0)} % of the picture`;
  const on = (id) => {
    const canvas = at(id);
    Object.assign(canvas, { width: shown.width, height: shown.height });
    canvas.classList.toggle("coarse", Math.max(shown.width, shown.height) < 200);
    return { width: shown.width, height: shown.height, put: (image) => canvas.getContext("2d").putImageData(image, 0, 0) };
  };
  const empty = () => new ImageData(shown.width, shown.height);
  on("input").put(shown);
  on("attention").put(show(seen.attention, empty(), settings.matte));
  on("paint").put(compose(shown, seen, { blend: 1 }, empty()));
  on("result").put(compose(shown, seen, settings, empty()));
  at("input").ariaLabel = `The picture, with a ${direction.from} if all is well`;
  at("attention").ariaLabel = `Attention: white where the network paints, ${at("share").textContent}`;
  at("paint").ariaLabel = `The generator's paint: everything repainted as ${direction.to} and its land`;
  at("result").ariaLabel = `The result: a ${direction.to} where attention is white, the picture elsewhere`;
  at("save").disabled = false;
}

/** Save the result at the picture's own size. */
function save() {
  const { picture, seen } = state;
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: picture.width, height: picture.height });
  const settings = { matte: at("matte").value / 100, blend: at("blend").value / 100 };
  const image = compose(picture, seen, settings, new ImageData(picture.width, picture.height));
  canvas.getContext("2d").putImageData(image, 0, 0);
  canvas.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${(state.name || "sample").replace(/\.\w+$/, "")}-${state.direction.to}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  });
}

/** Do something once before the next frame, however often it is asked for. */
function soon(job) {
  let asked = 0;
  return () => {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(job);
  };
}
