import type { CheckReport } from "../../scan/check.ts";
import { type SummaryBundle, summaryBundle } from "../../view/notebook/summary.ts";
import { dimensionTable, issueTable, planFacts, reachTable } from "./plan_facts.ts";

/** What a check found, as it shows itself: whether the scan may run, what it takes, and every issue, marked. */
export function displayReport(report: CheckReport): SummaryBundle {
  const { issues, ok } = report, errors = issues.filter(({ severity }) => severity === "error").length;
  const doubts = issues.length - errors, said = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;
  const verdict = ok
    ? doubts ? `may run, with ${said(doubts, "warning")}` : "may run"
    : `may not run: ${said(errors, "error")}${doubts ? `, ${said(doubts, "warning")}` : ""}`;
  const tables = [issueTable(issues), dimensionTable(report), reachTable(report)];
  return summaryBundle({
    title: `Check: ${verdict}`,
    facts: planFacts(report),
    tables: tables.filter((table) => table !== undefined && table.rows.length > 0) as [],
  });
}
