/**
 * Conditions on what was measured, looked at after each point.
 *
 * @module
 */
export { above, and, below, type HysteresisOptions, inside, not, or, peak, slope } from "./trigger_nodes.ts";
export { triggerIssues } from "./trigger_issues.ts";
export { triggerSignals, triggerText } from "./trigger_text.ts";
export { watch, type Watcher, type WatchOptions } from "./watch.ts";
