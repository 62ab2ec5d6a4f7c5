import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  abortable,
  fromCString,
  LibraryError,
  libraryVariable,
  openLibrary,
  serial,
  toCString,
} from "../src/hw/mod.ts";

const C_LIBRARY = {
  name: "c",
  files: { linux: ["libno-such-thing.so", "libc.so.6"], darwin: ["libSystem.dylib"], windows: ["msvcrt.dll"] },
  install: "It is part of the system.",
};

Deno.test("openLibrary() opens the first name that loads, and text goes over and back", () => {
  using library = closing(openLibrary(C_LIBRARY, { strlen: { parameters: ["buffer"], result: "usize" } }));
  assertEquals(library.symbols.strlen(toCString("grün")), 5n);
  const text = toCString("grün");
  assertEquals(fromCString(Deno.UnsafePointer.of(text)), "grün");
  assertEquals(fromCString(null), "");
});

function closing<S extends Deno.ForeignLibraryInterface>(library: Deno.DynamicLibrary<S>) {
  return { symbols: library.symbols, [Symbol.dispose]: () => library.close() };
}

Deno.test("openLibrary() says what is missing, how to get it, and what it tried", () => {
  const missing = {
    name: "acme",
    files: { [Deno.build.os]: ["libacme.so.9"] },
    install: "Install it with `apt-get install libacme9`.",
  };
  const error = assertThrows(() => openLibrary(missing, {}), LibraryError);
  assertStringIncludes(
    error.message,
    "the acme library could not be loaded. Install it with `apt-get install libacme9`.",
  );
  assertEquals([error.library, error.tried.length], ["acme", 1]);
  assertStringIncludes(error.tried[0], "libacme.so.9: ");
  assertThrows(
    () => openLibrary({ ...missing, files: {} }, {}),
    LibraryError,
    `no file name is known for ${Deno.build.os}`,
  );
});

Deno.test("an environment variable says where a library is, and nothing else is tried then", () => {
  assertEquals(libraryVariable("aravis"), "ARAVIS_LIBRARY");
  assertEquals(libraryVariable("ni-daqmx 2"), "NI_DAQMX_2_LIBRARY");
  Deno.env.set("C_LIBRARY", "libelsewhere.so");
  try {
    const error = assertThrows(() => openLibrary(C_LIBRARY, {}), LibraryError);
    assertEquals(error.tried.map((line) => line.split(":")[0]), ["libelsewhere.so"]);
  } finally {
    Deno.env.delete("C_LIBRARY");
  }
});

Deno.test("a missing --allow-ffi is told as it is, not as a missing library", async () => {
  const module = JSON.stringify(new URL("../src/hw/ffi/open_library.ts", import.meta.url).href);
  const code = `import { openLibrary } from ${module};
    try { openLibrary({ name: "c", files: { [Deno.build.os]: ["libc.so.6"] }, install: "" }, {}); }
    catch (error) { console.log(error.name); }`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, code);
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["run", "--no-prompt", "--no-check", file] })
      .output();
    assertEquals(new TextDecoder().decode(stdout).trim(), "NotCapable");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("toCString() refuses a zero inside, where C would cut the text", () => {
  assertThrows(() => toCString("a\0b"), RangeError, "cannot hold a zero");
});

Deno.test("serial() runs one call at a time, in order, past failures", async () => {
  const queue = serial(), log: string[] = [];
  const call = (name: string, fail = false) => async () => {
    log.push(`${name} begins`);
    await new Promise((done) => setTimeout(done, 1));
    log.push(`${name} ends`);
    if (fail) throw new Error(name);
    return name;
  };
  const [a, b, c] = await Promise.allSettled([queue(call("a")), queue(call("b", true)), queue(call("c"))]);
  assertEquals(log, ["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  assertEquals([a.status, b.status, c.status], ["fulfilled", "rejected", "fulfilled"]);
});

Deno.test("abortable() ends with the promise or with the signal, and leaves no listener", async () => {
  const controller = new AbortController(), listeners = new Set<unknown>();
  const signal = controller.signal,
    add = signal.addEventListener.bind(signal),
    remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (type: string, listener: EventListener, options?: AddEventListenerOptions) => {
    listeners.add(listener);
    add(type as "abort", listener, options);
  };
  signal.removeEventListener = (type: string, listener: EventListener) => {
    listeners.delete(listener);
    remove(type as "abort", listener);
  };
  assertEquals(await abortable(Promise.resolve(1), signal), 1);
  await assertRejects(() => abortable(Promise.reject(new Error("no")), signal), Error, "no");
  assertEquals(listeners.size, 0);
  const { promise, reject } = Promise.withResolvers<never>(), reason = new Error("enough");
  const waiting = abortable(promise, signal).catch((thrown) => thrown);
  controller.abort(reason);
  assertEquals(await waiting, reason);
  reject(new Error("late, and nobody minds"));
  assert(await abortable(Promise.resolve(1), signal).catch((thrown) => thrown) === reason);
});
