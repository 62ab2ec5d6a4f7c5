import { scriptJson } from "../html.ts";
import { escapeXml } from "../svg/element.ts";

/** A question as a notebook shows it. */
export interface ApprovalPage {
  /** Names the output; no other has it. */
  readonly id: string;
  /** The whole question, line by line. */
  readonly text: string;
  /** What can be answered, with what it means: a button each. */
  readonly answers: Readonly<Record<string, string>>;
  /** Where the kernel hears, when it runs on the computer of the page: `hello` or an answer is added, and posted. */
  readonly url: string;
  /** Where it looks, when it runs elsewhere: a file beside the notebook, written through Jupyter's own server. */
  readonly remote?: {
    /** The notebook's path on the kernel's computer. */
    readonly notebook: string;
    /** The file's name. */
    readonly file: string;
  };
}

const BOX = "border: 2px solid var(--jp-warn-color1, #c80); border-radius: 4px; padding: 8px 12px; max-width: 60em; " +
  "font: 13px/1.5 var(--jp-ui-font-family, sans-serif); color: var(--jp-ui-font-color1, inherit)";
const DONE = "border-left: 3px solid var(--jp-border-color1, #999); padding: 2px 12px; max-width: 60em; " +
  "font: 13px/1.5 var(--jp-ui-font-family, sans-serif); color: var(--jp-ui-font-color1, inherit)";

/**
 * A question with a button for each answer. The page says hello as soon as it shows it, so that the kernel knows that
 * somebody could answer.
 *
 * @example
 * ```ts
 * import { approvalHtml } from "./approval_html.ts";
 * const page = approvalHtml({ id: "a", text: "Zoom?", answers: { continue: "it is done" }, url: "http://127.0.0.1:1/" });
 * console.assert(page.includes("<button"));
 * ```
 */
export function approvalHtml({ id, text, answers, url, remote }: ApprovalPage): string {
  const buttons = Object.entries(answers).map(([answer, meaning]) =>
    `<button type="button" data-answer="${escapeXml(answer)}" title="${escapeXml(meaning)}" ` +
    `style="margin-right: 8px; padding: 4px 14px; font: inherit; cursor: pointer">${escapeXml(answer)}</button>`
  );
  return `<div id="${escapeXml(id)}" role="group" aria-label="question" style="${BOX}">
<div style="white-space: pre-wrap; margin-bottom: 8px">${escapeXml(text)}</div>
${buttons.join("")}<span role="status" data-said></span>
</div>
<script>(() => {
const { id, url, remote } = ${scriptJson({ id, url, remote })};
${SCRIPT}})();</script>`;
}

/**
 * What is left of a question when it is over.
 *
 * @example
 * ```ts
 * import { answeredHtml } from "./approval_html.ts";
 * console.assert(!answeredHtml("Zoom?", "continue").includes("<button"));
 * ```
 */
export function answeredHtml(text: string, outcome: string): string {
  return `<div style="${DONE}"><div style="white-space: pre-wrap">${escapeXml(text)}</div>` +
    `<b>${escapeXml(outcome)}</b></div>`;
}

/** Tries the kernel's own server first, then a file beside the notebook, and keeps to what has worked. */
const SCRIPT = `const root = document.getElementById(id);
if (!root || root.dataset.shown) return;
root.dataset.shown = "yes";
const said = root.querySelector("[data-said]"), buttons = [...root.querySelectorAll("button")];
let near = false, written;
async function direct(word) {
  const answer = await fetch(url + word, { method: "POST", signal: AbortSignal.timeout(1500) });
  if (await answer.text() !== id) throw new Error("the question is over");
  near = true;
}
async function jupyter(path, method, body) {
  const settings = document.getElementById("jupyter-config-data");
  const base = (settings && JSON.parse(settings.textContent).baseUrl) || document.body.dataset.baseUrl || "/";
  const xsrf = document.cookie.split("; ").find((one) => one.startsWith("_xsrf="));
  const headers = { "content-type": "application/json", ...xsrf && { "X-XSRFToken": decodeURIComponent(xsrf.slice(6)) } };
  const answer = await fetch(base + "api/" + path, { method, headers, body, credentials: "same-origin" });
  if (!answer.ok) throw new Error("Jupyter's server says " + answer.status);
  return answer;
}
async function indirect(word) {
  if (!remote) throw new Error("the kernel is not on this computer");
  const sessions = await (await jupyter("sessions", "GET")).json(), whole = remote.notebook.replaceAll("\\\\", "/");
  const ours = sessions.map(({ path }) => path || "").filter((path) => path && ("/" + whole).endsWith("/" + path));
  const path = ours.sort((a, b) => b.length - a.length)[0];
  if (path === undefined) throw new Error("Jupyter's server does not know this notebook");
  const place = [...path.split("/").slice(0, -1), remote.file].map(encodeURIComponent).join("/");
  await jupyter("contents/" + place, "PUT", JSON.stringify({ type: "file", format: "text", content: word }));
  if (written) return;
  written = place;
  // The file has done its work when the kernel has put something else in the place of the buttons.
  while (document.body.contains(root)) await new Promise((resolve) => setTimeout(resolve, 250));
  jupyter("contents/" + place, "DELETE").catch(() => {});
}
async function tell(word) {
  if (!written) try { return await direct(word); } catch (error) { if (near || !remote) throw error; }
  return indirect(word);
}
for (const button of buttons) button.addEventListener("click", () => {
  for (const one of buttons) one.disabled = true;
  said.textContent = "sent: " + button.dataset.answer;
  tell(button.dataset.answer).catch((error) => {
    for (const one of buttons) one.disabled = false;
    said.textContent = "the kernel did not hear it: " + error.message;
  });
});
tell("hello").catch((error) => { said.textContent = "the kernel cannot be reached from this page: " + error.message; });
`;
