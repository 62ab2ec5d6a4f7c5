/**
 * What stands in an object of an array that has been rewritten. A reader that opened the run before, and still looks for
 * data there, gets an error from every codec and index, where a missing object would have looked like points never measured.
 */
export const REWRITTEN_MARKER = "This object was rewritten by sonde rechunk: open the run again.\n";

/** Whether an object is one of those. */
export function isRewrittenMarker(object: Uint8Array): boolean {
  return object.length === REWRITTEN_MARKER.length && new TextDecoder().decode(object) === REWRITTEN_MARKER;
}
