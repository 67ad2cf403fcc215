// Drives the unchanged npm client against an engine: `node drive.mjs BASE_URL ACTION PROMPT START END OUTPUT`.
// Only the hosts are moved; what was seen is printed as one JSON object.
import { readFile, writeFile } from "node:fs/promises";
import { createFalClient } from "@fal-ai/client";

const MODEL = "fal-ai/wan-flf2v";
const [base, action, prompt, start, end, output] = process.argv.slice(2);
const HOSTS = /^https:\/\/(queue\.fal\.run|fal\.run|rest\.fal\.ai)/;

const fal = createFalClient({
  credentials: process.env.FAL_KEY,
  requestMiddleware: async (request) => ({ ...request, url: request.url.replace(HOSTS, base) }),
});

async function picture(path) {
  return new File([await readFile(path)], path.split("/").at(-1), { type: "image/png" });
}

async function submitted(fields) {
  const urls = [await fal.storage.upload(await picture(start)), await fal.storage.upload(await picture(end))];
  const input = { prompt, start_image_url: urls[0], end_image_url: urls[1], ...fields };
  return { urls, ...(await fal.queue.submit(MODEL, { input })) };
}

async function refusal(requestId) {
  try {
    await fal.queue.result(MODEL, { requestId });
    return null;
  } catch (error) {
    return { status: error.status, detail: error.body.detail };
  }
}

const actions = {
  async render() {
    const { urls, request_id: requestId } = await submitted({ seed: 5 });
    const seen = [];
    const onQueueUpdate = (update) => seen.push(update.status);
    const done = await fal.queue.subscribeToStatus(MODEL, { requestId, logs: true, pollInterval: 20, onQueueUpdate });
    const { data } = await fal.queue.result(MODEL, { requestId });
    const video = await fetch(data.video.url);
    await writeFile(output, Buffer.from(await video.arrayBuffer()));
    return { urls, seen, logs: done.logs.map((line) => line.message), result: data };
  },
  async stream() {
    const { request_id: requestId } = await submitted({});
    let logs = [];
    const onQueueUpdate = (update) => {
      logs = (update.logs ?? []).map((line) => line.message);
    };
    const done = await fal.queue.subscribeToStatus(MODEL, { requestId, logs: true, mode: "streaming", onQueueUpdate });
    return { status: done.status, logs };
  },
  async cancel() {
    const { request_id: requestId } = await submitted({});
    await new Promise((resolve, reject) => {
      let asked = false;
      const onQueueUpdate = async (update) => {
        if (!asked && (update.logs ?? []).length === 3) {
          asked = true;
          await fal.queue.cancel(MODEL, { requestId });
        }
      };
      fal.queue
        .subscribeToStatus(MODEL, { requestId, logs: true, pollInterval: 20, onQueueUpdate })
        .then(resolve, reject);
    });
    return await refusal(requestId);
  },
  async parts() {
    // The client sends parts above 90 MB; the picture is repeated until it does.
    const bytes = await readFile(start);
    const whole = Buffer.alloc(91 * 1024 * 1024, bytes);
    return { url: await fal.storage.upload(new File([whole], "big.png", { type: "image/png" })) };
  },
  async refuse() {
    const { request_id: requestId } = await submitted({ num_frames: 101 });
    await fal.queue.subscribeToStatus(MODEL, { requestId, pollInterval: 20 });
    return await refusal(requestId);
  },
};

console.log(JSON.stringify(await actions[action]()));
