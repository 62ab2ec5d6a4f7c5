import { dirname, isAbsolute, join } from "@std/path";
import { pathToFileURL } from "node:url";
import { messageOf, SondeError } from "../../core/errors.ts";
import type { Answer } from "../../core/path.ts";
import { ANSWER_TEXT, type ApprovalFront, type ApprovalQuestion } from "../../scan/engine/approvals.ts";
import { answeredHtml, approvalHtml, type ApprovalPage } from "../../view/notebook/approval_html.ts";
import { display, newDisplayId } from "./kernel.ts";
import { route } from "./loopback.ts";

/** How buttons ask. */
export interface ApprovalButtonsOptions {
  /**
   * How long a page may take to say that it shows the question, in milliseconds; 2000 when left out, 8000 under a Jupyter
   * server, where somebody is likely to look.
   */
  readonly helloMs?: number;
  /** The notebook's path, for pages on another computer; as the Jupyter server tells its kernels when left out. */
  readonly notebook?: string;
}

/** How often the file is looked for that a page on another computer writes. */
const POLL_MS = 200;

/** Nobody has shown the last question. */
let alone = false;

/**
 * Asks by buttons in the output of the cell, which are replaced by the answer. A page on the kernel's own computer answers
 * by the loopback server, one elsewhere by a file that it writes beside the notebook through Jupyter's contents API.
 *
 * The page says that it shows the question; where none does in time, as when a notebook is executed by a program, nobody
 * can answer: the front gives up, and the declared default is taken.
 *
 * In a kernel it is there by default when a scan is given neither `answer` nor `fronts`.
 *
 * @example
 * ```ts
 * import { approvalButtons } from "./approval_buttons.ts";
 * console.assert(approvalButtons().name === "notebook");
 * ```
 */
export function approvalButtons(options: ApprovalButtonsOptions = {}): ApprovalFront {
  return { name: "notebook", ask: (question, signal) => askByButtons(question, signal, options) };
}

function sessionNotebook(): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: "JPY_SESSION_NAME" });
  return state === "granted" ? Deno.env.get("JPY_SESSION_NAME") : undefined;
}

async function askByButtons(
  question: ApprovalQuestion,
  signal: AbortSignal,
  { notebook = sessionNotebook(), helloMs = notebook ? 8_000 : 2_000 }: ApprovalButtonsOptions,
): Promise<Answer> {
  const id = newDisplayId(), { text } = question, heard = Promise.withResolvers<Answer>();
  // Where it was found that nobody looks, less must do: a notebook that is executed by a program asks in vain each time.
  const waitMs = alone ? helloMs / 2 : helloMs;
  const nobody = setTimeout(() => {
    alone = true;
    heard.reject(new SondeError(`no page has shown the question within ${waitMs} ms`));
  }, waitMs);
  const hear = (word: string): boolean => {
    if (word !== "hello" && !(word in ANSWER_TEXT)) return false;
    clearTimeout(nobody);
    alone = false;
    if (word !== "hello") heard.resolve(word as Answer);
    return true;
  };
  const withdraw = () => heard.reject(signal.reason);
  signal.addEventListener("abort", withdraw);
  using page = route(`approval/${id}/`, ({ method }, word) => {
    if (method !== "POST") return new Response("post an answer", { status: 405 });
    return hear(word)
      ? new Response(id)
      : new Response(`allowed: ${Object.keys(ANSWER_TEXT).join(", ")}`, { status: 400 });
  });
  const remote = notebook && isAbsolute(notebook) ? { notebook, file: `sonde-answer-${id}.txt` } : undefined;
  using _polling = remote && pollFile(join(dirname(remote.notebook), remote.file), hear);
  let outcome = "";
  try {
    await put({ id, text, answers: ANSWER_TEXT, url: page.url, remote });
    const answer = await heard.promise;
    outcome = `${answer}: ${ANSWER_TEXT[answer]}`;
    return answer;
  } catch (thrown) {
    outcome = thrown === signal.reason
      ? messageOf(thrown)
      : `${question.otherwise}: ${ANSWER_TEXT[question.otherwise]} (nobody could answer: ${messageOf(thrown)})`;
    throw thrown;
  } finally {
    clearTimeout(nobody);
    signal.removeEventListener("abort", withdraw);
    await display({ "text/html": answeredHtml(text, outcome), "text/plain": `${text}\n${outcome}` }, {
      id,
      update: true,
    }).catch(() => {});
  }
}

function put(page: ApprovalPage): Promise<void> {
  return display({ "text/html": approvalHtml(page), "text/plain": page.text }, { id: page.id });
}

/** Looks again and again whether a page has written into a file; hands on what it says when that is new. */
function pollFile(path: string, hear: (word: string) => boolean): Disposable {
  const url = pathToFileURL(path);
  let last = "", looking = false;
  const look = async () => {
    if (looking) return;
    looking = true;
    try {
      const word = (await (await fetch(url)).text()).trim();
      if (word !== last && hear(word)) last = word;
    } catch {
      /* nobody has written yet */
    } finally {
      looking = false;
    }
  };
  const timer = setInterval(look, POLL_MS);
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
    },
  };
}
