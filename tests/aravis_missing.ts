import { messageOf } from "../src/core/errors.ts";
import { openAravis } from "../src/hw/aravis/library.ts";

/**
 * Why tests of Aravis cameras are ignored, for their names; empty when the library is there. It is opened here and not
 * in a test, because it stays open for the life of the process.
 */
export const aravisMissing: string = (() => {
  try {
    return openAravis() && "";
  } catch (error) {
    return ` (ignored: ${messageOf(error)})`;
  }
})();
