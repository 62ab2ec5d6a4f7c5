/**
 * The source text of plotly.js (its build for cartesian axes), from the package in Deno's cache: no network is needed
 * once the package is there, and programs made by `deno compile` and `deno bundle` carry it inside.
 */
export async function plotlySource(): Promise<string> {
  const { default: source } = await import("plotly.js-cartesian-dist-min", { with: { type: "text" } });
  return source as unknown as string;
}
