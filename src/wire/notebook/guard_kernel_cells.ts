import { useDefaultFronts } from "../../scan/default_fronts.ts";
import { approvalButtons } from "./approval_buttons.ts";
import { haltOnInterrupt } from "./halt.ts";
import { guardKernel, inKernel } from "./kernel.ts";
import { startWatchdog } from "./watchdog.ts";

let guarded = false;

/**
 * Makes a kernel safe for hardware, from the first import on: an interrupt stops in order and locks, questions are asked by
 * buttons, and a watchdog makes devices safe when the kernel is killed. It does nothing outside a kernel; calling it twice
 * does no harm.
 */
export function guardKernelCells(): void {
  if (guarded || !inKernel()) return;
  guarded = true;
  guardKernel();
  haltOnInterrupt();
  useDefaultFronts(() => [approvalButtons()]);
  startWatchdog();
}

guardKernelCells();
