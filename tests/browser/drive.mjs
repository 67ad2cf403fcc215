// Drives Chromium through one scenario of the page: `node drive.mjs CHROMIUM SCENARIO ORIGIN GIVEN`, the last as JSON.
// Writes a JSON line for each point that it reaches, and at the end what it saw; a scenario that waits for its test
// goes on with the next line of standard input.

import { createInterface } from "node:readline";
import { chromium } from "playwright-core";
import { Browser } from "./page.mjs";

const SCENARIOS = ["faults", "frames", "jobs", "keyboard", "looks", "lost", "preflight", "tabs"];
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"];

const [executablePath, name, origin, given] = process.argv.slice(2);
const rooms = await Promise.all(SCENARIOS.map((room) => import(`./scenarios/${room}.mjs`)));
const scenario = rooms.map((room) => room[name]).find(Boolean);
if (!scenario) throw new Error(`there is no scenario ${name}`);

const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
/** Says that a point is reached, and waits until the test says to go on. */
const reach = async (point) => {
  say({ point });
  await input.next();
};

const driven = await chromium.launch({ executablePath, args: FLAGS });
const browser = new Browser(driven, origin);
try {
  const seen = await scenario({ browser, reach, ...JSON.parse(given) });
  say({ seen, errors: browser.errors, strangers: browser.strangers });
} finally {
  await driven.close();
}
process.exit(0);
