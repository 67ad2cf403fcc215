// The page's own words. What the bot says of jobs, options and refusals comes from the bot, in its words.

export const IMAGE = { start: "first image", end: "last image" };
export const AWAY = "The bot does not answer. This page goes on by itself as soon as it does.";
export const NO_ANSWER = "The bot did not answer. Press Make the video again: the job is made once.";
export const PRESS_AGAIN = "The bot did not answer. Press the button again: nothing is done twice.";
export const NOT_UNDERSTOOD = "The bot gave an answer that this page does not understand. Reload the page.";
export const INVITE = "Drop, paste or choose";
export const FREE = "Free";
export const SENDING = "Sending…";
export const DEFAULT_LEFT = "random";
export const NO_FRAMES = "Its images are no longer kept: choose them anew.";
export const COPIED = "Copied";
export const COPY = "Copy";
export const NOTHING_FOUND = "Nothing found.";
export const NO_PICKS = "There is no video yet whose last frame could be used.";
export const DOWNLOAD = "Download";
export const RECIPE = "Recipe";
export const FILLED = "Taken over. Change what you like, then make the video.";
export const FITTING = "The images have the video's shape.";
export const BORDERED = "The images are shown whole, between blurred borders.";
export const SWAPPED = "The two images have changed places.";
export const DELETE = { title: "Delete this video?", text: "The video and its images go for good.", yes: "Delete", no: "Keep it" };
export const SEND_AGAIN = {
  title: "Send this job again?",
  text: "Its first request may have been charged, and may be rendering. Look at the provider's dashboard first.",
  yes: "Send again",
  no: "Do not send",
};

const PLATFORM = { local: "This page", discord: "Discord", slack: "Slack" };
export const platform = (name) => PLATFORM[name] ?? name;
export const open = (name) => `Open in ${platform(name)}`;
export const sent = (prompt) => `Sent: ${prompt}`;
export const news = (title, prompt) => `${title}: ${prompt}`;
export const deleted = (prompt) => `Deleted: ${prompt}`;
export const placed = (which, name) => `${name} is the ${IMAGE[which]}.`;
export const preview = (which, name) => `Preview of the ${IMAGE[which]}: ${name}`;
export const noPreview = (name) => `${name} (no preview here)`;
export const framesOf = (which, prompt) => `The ${IMAGE[which]} of: ${prompt}`;
export const lastOf = (prompt) => `Last frame of “${short(prompt)}”`;
export const firstOf = (which, prompt) => `The ${IMAGE[which]} of “${short(prompt)}”`;
export const video = (prompt) => `Video: ${prompt}`;
export const progress = (prompt) => `Progress of: ${prompt}`;
export const pick = (which) => `A last frame as the ${IMAGE[which]}`;
export const PICK_HELP = "The video goes on where an earlier one ended.";
export const found = (count, more) => (count === 1 && !more ? "1 job" : `${count}${more ? " newest" : ""} jobs`);
export const room = (used, most) => `${used.toLocaleString("en")} of ${most.toLocaleString("en")} characters`;
export const range = (low, high) =>
  low != null && high != null ? `${low} to ${high}` : low != null ? `at least ${low}` : high != null ? `at most ${high}` : "";

export const money = (usd) => `$${Number(usd).toFixed(2)}`;
export const length = (seconds, size) =>
  [seconds == null ? "" : `${seconds.toFixed(1)} s`, size ? `${size[0]} × ${size[1]}` : ""].filter(Boolean).join(" · ");

export const left = (usd) => `of ${money(usd)} left`;
export const expected = (text) => `Expected: ${text}`;

/** What a month has cost, for the usage line. */
export function usage({ spent_usd: spent, limit_usd: limit, left_usd: left, renews }, charges) {
  if (limit == null) return charges ? `${money(spent)} spent this month` : "Free: the embedded engine renders";
  return `${money(left)} of ${money(limit)} left this month · renews ${day(renews)}`;
}

function day(text) {
  const date = new Date(text);
  const shown = { day: "numeric", month: "long", timeZone: "UTC" };
  return Number.isNaN(date.valueOf()) ? text : date.toLocaleDateString("en-GB", shown);
}

const short = (prompt) => (prompt.length > 60 ? `${prompt.slice(0, 60).trimEnd()}…` : prompt);

/** A span of time while a job goes: ``0:07``, ``12:05``, ``1:02:03``. */
export function elapsed(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = String(rest).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** When a job came in, as far as it matters: ``just now``, ``5 min ago``, ``14:05``, ``3 Nov``. */
export function ago(epoch, now) {
  const minutes = Math.floor((now - epoch) / 60);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  const then = new Date(epoch * 1000);
  if (minutes < 24 * 60) return then.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return then.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
}
