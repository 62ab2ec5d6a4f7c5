/**
 * Conditions on what was measured, looked at after each point.
 *
 * @module
 */
export { above, below, type HysteresisOptions } from "./above.ts";
export { and, not, or } from "./and.ts";
export { inside } from "./inside.ts";
export { peak } from "./peak.ts";
export { slope } from "./slope.ts";
export { watch, type Watcher, type WatchOptions } from "./watch.ts";
export { triggerIssues } from "./trigger_issues.ts";
export { triggerSignals, triggerText } from "./trigger_text.ts";
