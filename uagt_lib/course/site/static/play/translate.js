// What uagt_lib/inference.py does, in a browser: the networks look at a picture at the scale they were trained for,
// attention and paint are enlarged to it, the detail that the small copy had lost is added to the paint, and Eq. 1 is
// applied there. Numbers agree with Python's to 1e-4.
//
// A picture is what a canvas gives: {width, height, data}, bytes RGBA. A stack of planes is {channels, height, width,
// data}, floats, one plane after the other: paint has three in [-1, 1], attention has one in [0, 1].

import * as ort from "../onnxruntime/ort.wasm.min.mjs";

ort.env.wasm.wasmPaths = new URL("../onnxruntime/", import.meta.url).href;
ort.env.wasm.numThreads = 1; // threads need headers that static hosts do not send

/** A network that runs: one direction of a model, from its exported graph's address. */
export const load = (address) => ort.InferenceSession.create(address, { executionProviders: ["wasm"] });

/** A picture's small copy, `view` px on the short side, as the network looks at it, and its attention and paint. */
export async function look(session, picture, { view, stride }) {
  const copy = reduce(picture, ...lookedAt(picture, view, stride));
  const { height, width, data } = copy;
  const image = new ort.Tensor("float32", data, [1, 3, height, width]);
  const made = await session.run({ image }, ["attention", "painted"]);
  return {
    copy,
    attention: { channels: 1, height, width, data: made.attention.data },
    painted: { channels: 3, height, width, data: made.painted.data },
  };
}

/** Height and width at which the network looks: the short side becomes `view`, both are divisible by `stride`. */
export function lookedAt({ height, width }, view, stride) {
  const scale = view / Math.min(height, width);
  return [height, width].map((side) => Math.max(stride, roundHalfToEven((side * scale) / stride) * stride));
}

/**
 * Eq. 1 at the picture's own size, into the bytes of `out` (same size): where attention is zero, the result is the picture.
 * `matte` scales attention, `blend` mixes result (0) and raw paint (1).
 */
export function compose(picture, { copy, attention, painted }, { matte = 1, blend = 0 }, out) {
  const [a, p, q] = [attention, painted, copy].map((planes) => enlarger(planes, picture));
  const row = { a: new Float32Array(picture.width), p: new Float32Array(picture.width), q: new Float32Array(picture.width) };
  for (let y = 0; y < picture.height; y++) {
    a(0, y, row.a);
    for (let c = 0; c < 3; c++) {
      p(c, y, row.p);
      q(c, y, row.q);
      for (let x = 0, i = 4 * y * picture.width + c; x < picture.width; x++, i += 4) {
        const s = picture.data[i] / 127.5 - 1;
        const paint = Math.min(1, Math.max(-1, row.p[x] + s - row.q[x]));
        const s_a = Math.min(1, Math.max(0, matte * row.a[x]));
        const translated = s_a * paint + (1 - s_a) * s;
        out.data[i] = 127.5 * ((1 - blend) * translated + blend * paint + 1);
      }
    }
    for (let x = 0, i = 4 * y * picture.width + 3; x < picture.width; x++, i += 4) out.data[i] = 255;
  }
  return out;
}

/** Attention, times `matte`, enlarged into the bytes of `out` as grey: white where it is 1. */
export function show(attention, out, matte = 1) {
  const enlarge = enlarger(attention, out);
  const row = new Float32Array(out.width);
  for (let y = 0; y < out.height; y++) {
    enlarge(0, y, row);
    for (let x = 0, i = 4 * y * out.width; x < out.width; x++, i += 4) {
      out.data.fill(255 * matte * row[x], i, i + 3);
      out.data[i + 3] = 255;
    }
  }
  return out;
}

/** A picture reduced (or enlarged) to planes in [-1, 1], with torch's antialiased bicubic filter. */
export function reduce({ height, width, data }, toHeight, toWidth) {
  const [rows, columns] = [weights(height, toHeight), weights(width, toWidth)];
  const lying = new Float32Array(3 * height * toWidth);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < toWidth; x++) {
        const { first, values } = columns[x];
        let sum = 0;
        for (let k = 0; k < values.length; k++) sum += values[k] * (data[4 * (y * width + first + k) + c] / 127.5 - 1);
        lying[(c * height + y) * toWidth + x] = sum;
      }
  const small = new Float32Array(3 * toHeight * toWidth);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < toHeight; y++) {
      const { first, values } = rows[y];
      for (let x = 0; x < toWidth; x++) {
        let sum = 0;
        for (let k = 0; k < values.length; k++) sum += values[k] * lying[(c * height + first + k) * toWidth + x];
        small[(c * toHeight + y) * toWidth + x] = Math.min(1, Math.max(-1, sum));
      }
    }
  return { channels: 3, height: toHeight, width: toWidth, data: small };
}

/** For each of `to` places, which of `from` pixels it is made of, from `first` on, and their weights. */
function weights(from, to) {
  const scale = from / to;
  const stretch = Math.max(1, scale);
  return Array.from({ length: to }, (_, i) => {
    const centre = scale * (i + 0.5);
    const first = Math.max(0, Math.trunc(centre - 2 * stretch + 0.5));
    const end = Math.min(from, Math.trunc(centre + 2 * stretch + 0.5));
    const values = Array.from({ length: end - first }, (_, k) => cubic((first + k - centre + 0.5) / stretch));
    const sum = values.reduce((a, b) => a + b);
    return { first, values: values.map((value) => value / sum) };
  });
}

function cubic(x) {
  x = Math.abs(x);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

/** Bilinear, as torch.nn.functional.interpolate: fills `row` with row `y` of plane `c`, enlarged to the size of `to`. */
function enlarger({ height, width, data }, to) {
  const place = (i, from, size) => {
    const at = Math.max(0, ((i + 0.5) * from) / size - 0.5);
    const low = Math.min(Math.floor(at), from - 1);
    return [low, Math.min(low + 1, from - 1), at - low];
  };
  const columns = Array.from({ length: to.width }, (_, x) => place(x, width, to.width));
  return (c, y, row) => {
    const [top, bottom, down] = place(y, height, to.height);
    const [upper, lower] = [(c * height + top) * width, (c * height + bottom) * width];
    for (let x = 0; x < to.width; x++) {
      const [left, right, along] = columns[x];
      const above = data[upper + left] * (1 - along) + data[upper + right] * along;
      const below = data[lower + left] * (1 - along) + data[lower + right] * along;
      row[x] = above * (1 - down) + below * down;
    }
  };
}

/** As Python rounds. */
function roundHalfToEven(x) {
  const low = Math.floor(x);
  return x - low === 0.5 ? low + (low % 2) : Math.round(x);
}
