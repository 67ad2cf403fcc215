// The usage line: what this month has cost, looked at again when a job has ended.

import { call } from "./api.js";
import { byId, setText } from "./element.js";
import * as words from "./words.js";

export function followUsage(jobs, charges) {
  const look = async () => {
    try {
      setText(byId("usage"), words.usage(await call("GET", "/v1/usage"), charges));
    } catch {
      // What the page cannot learn it does not say; the next ending asks again.
      setText(byId("usage"), "");
    }
  };
  jobs.listen((job, before) => {
    if (job?.final && before && !before.final) look();
  });
  return look();
}
