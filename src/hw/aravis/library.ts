import { DeviceError } from "../../core/errors.ts";
import { fromCString } from "../ffi/cstring.ts";
import { type Library, openLibrary } from "../ffi/open_library.ts";
import { ARAVIS_SYMBOLS, GLIB_SYMBOLS, GOBJECT_SYMBOLS } from "./symbols.ts";

const INSTALL = "Install it with `apt-get install libaravis-0.8-0` or `brew install aravis`.";

/** Where libaravis is found. */
export const ARAVIS: Library = {
  name: "aravis",
  files: {
    linux: ["libaravis-0.8.so.0", "libaravis-0.8.so"],
    darwin: [
      "libaravis-0.8.0.dylib",
      "/opt/homebrew/lib/libaravis-0.8.0.dylib",
      "/usr/local/lib/libaravis-0.8.0.dylib",
    ],
    windows: ["aravis-0.8-0.dll", "libaravis-0.8-0.dll"],
  },
  install: INSTALL,
};

const glib = (part: string): Library => ({
  name: part,
  files: {
    linux: [`lib${part}-2.0.so.0`],
    darwin: [
      `lib${part}-2.0.0.dylib`,
      `/opt/homebrew/lib/lib${part}-2.0.0.dylib`,
      `/usr/local/lib/lib${part}-2.0.0.dylib`,
    ],
    windows: [`${part}-2.0-0.dll`, `lib${part}-2.0-0.dll`],
  },
  install: INSTALL,
});

/** The functions of libaravis and of the GLib that it is built on. */
export interface AravisLibrary {
  readonly arv: Deno.DynamicLibrary<typeof ARAVIS_SYMBOLS>["symbols"];
  readonly gobject: Deno.DynamicLibrary<typeof GOBJECT_SYMBOLS>["symbols"];
  readonly glib: Deno.DynamicLibrary<typeof GLIB_SYMBOLS>["symbols"];
  /** `0.8.26`. */
  readonly version: string;
}

let opened: AravisLibrary | undefined;

/**
 * Opens libaravis, once in a process. It is never closed: it has registered types with GLib, and GLib cannot forget them.
 *
 * @throws LibraryError when it is not installed, with how to install it
 */
export function openAravis(): AravisLibrary {
  if (opened) return opened;
  const arv = openLibrary(ARAVIS, ARAVIS_SYMBOLS).symbols;
  const gobject = openLibrary(glib("gobject"), GOBJECT_SYMBOLS).symbols;
  const { g_error_free } = openLibrary(glib("glib"), GLIB_SYMBOLS).symbols;
  const version = [arv.arv_get_major_version(), arv.arv_get_minor_version(), arv.arv_get_micro_version()].join(".");
  return opened = { arv, gobject, glib: { g_error_free }, version };
}

/** Room for a `GError *`. */
export type ErrorSlot = BigUint64Array<ArrayBuffer>;

/** Takes the message out of a `GError **` and frees the error; undefined when there was none. */
export function takeError(library: AravisLibrary, slot: ErrorSlot): string | undefined {
  const error = Deno.UnsafePointer.create(slot[0]);
  if (error === null) return undefined;
  // struct GError { GQuark domain; gint code; gchar *message; }
  const message = fromCString(new Deno.UnsafePointerView(error).getPointer(8));
  library.glib.g_error_free(error);
  slot[0] = 0n;
  return message;
}

/**
 * Makes one call that reports failure through a `GError **`.
 *
 * @param device the camera's name in the rig, `action` what is being done, for the error
 * @throws DeviceError with the library's own message
 */
export async function checked<T>(
  library: AravisLibrary,
  device: string,
  action: string,
  call: (error: ErrorSlot) => T | Promise<T>,
): Promise<T> {
  const slot: ErrorSlot = new BigUint64Array(1), result = await call(slot), message = takeError(library, slot);
  if (message !== undefined) throw new DeviceError(device, action, message);
  return result;
}
