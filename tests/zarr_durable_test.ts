import { assert, assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import { openRun } from "../src/zarr/open_run.ts";

const CHILD = join(import.meta.dirname!, "zarr_durable_child.ts");
const CONFIG = join(import.meta.dirname!, "..", "deno.json");

/** A call of the system that took place: between these lines of what strace wrote. */
interface Call {
  readonly name: string;
  /** Of a file that is open, or of the file that is renamed. */
  readonly path: string;
  /** Where it is renamed to. */
  readonly to?: string;
  readonly from: number;
  readonly end: number;
}

const TRACED = "write,pwrite64,fdatasync,fsync,rename,renameat,renameat2,link,linkat";

async function canTrace(): Promise<boolean> {
  if (Deno.build.os !== "linux") return false;
  const args = ["-f", "-qq", "-y", "-o", "/dev/null", "-e", "trace=write", "true"];
  return await new Deno.Command("strace", { args, stdout: "null", stderr: "null" }).output()
    .then(({ success }) => success, () => false);
}

/** Runs the child, and says what it has asked of the system, in the order in which it was asked. */
async function callsOf(store: string, durability: string): Promise<Call[]> {
  const trace = join(dirname(store), `trace ${durability}`);
  const run = [Deno.execPath(), "run", "-A", "--no-check", "--config", CONFIG, CHILD, store, durability];
  const args = ["-f", "-qq", "-y", "-o", trace, "-e", `trace=${TRACED}`, ...run];
  const { success, stderr } = await new Deno.Command("strace", { args }).output();
  assert(success, new TextDecoder().decode(stderr));
  const calls: Call[] = [], begun = new Map<string, { readonly text: string; readonly from: number }>();
  (await Deno.readTextFile(trace)).split("\n").forEach((line, k) => {
    const [, process, text] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (!text) return;
    if (text.includes("<unfinished ...>")) return void begun.set(process, { text, from: k });
    const whole = text.startsWith("<...") ? begun.get(process) : { text, from: k };
    const [, name, args] = /^(\w+)\((.*)$/.exec(whole?.text ?? "") ?? [];
    const paths = [...(args ?? "").matchAll(/"([^"]*)"/g)].map(([, path]) => path);
    const path = /^\d+<([^>]*)>/.exec(args ?? "")?.[1] ?? paths[0];
    if (path?.startsWith(dirname(store))) calls.push({ name, path, to: paths[1], from: whole!.from, end: k });
  });
  return calls;
}

const traceable = await canTrace();

Deno.test({
  name: "what is published is on the disk before its name, and the names of all before that of the root (needs strace)",
  ignore: !traceable,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const store = join(folder, "run.zarr"), root = join(store, "zarr.json"), calls = await callsOf(store, "second");
      const renames = calls.filter(({ to }) => to?.startsWith(`${store}/`));
      const synced = (path: string, after: number, before: number) =>
        calls.some(({ name, path: of, from, end }) => {
          return /^f(data)?sync$/.test(name) && of === path && from > after && end < before;
        });
      assert(renames.filter(({ to }) => to === root).length > 2 && renames.length > 20, `${renames.length} renames`);
      for (const { path, to, from, end } of renames) {
        const written = calls.filter((call) => call.path === path && /write/.test(call.name));
        assert(written.length, `${to} was not seen to be written`);
        assert(
          synced(path, Math.max(...written.map(({ end }) => end)), from),
          `${to} is renamed before it is on the disk`,
        );
        const next = renames.find((rename) => rename.to === root && rename.from > end);
        if (to === root) assert(synced(store, end, next?.from ?? Infinity), "the name of the root is not made durable");
        else assert(synced(dirname(to!), end, next!.from), `the root tells of ${to} before its name is on the disk`);
      }

      const journal = calls.filter(({ path }) => path === `${store}.journal`);
      const first = journal.findIndex(({ name }) => name === "fdatasync");
      assert(
        first > 0 && journal.slice(0, first).some(({ name }) => name === "write"),
        "the journal is not made durable",
      );
      assert(synced(folder, journal[first].end, Infinity), "the name of the journal is not made durable");
      assertEquals((await openRun(store)).attributes.exit_status, "success");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "nothing waits for the disk where nothing has to survive a power cut (needs strace)",
  ignore: !traceable,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const calls = await callsOf(join(folder, "run.zarr"), "none");
      assert(calls.some(({ name }) => name.startsWith("rename")));
      assertEquals(calls.filter(({ name }) => name.endsWith("sync")), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
