import { type Theme, THEMES } from "../palette.ts";

/** The ground a figure is drawn on; `auto` follows the reader's preference. */
export type SvgTheme = "auto" | "light" | "dark";

/** Sizes of text, in pixels. */
export const FONT = { title: 16, subtitle: 12.5, panel: 13, label: 11.5, tick: 11 } as const;

/**
 * The style sheet of a figure. Rules are plain colours per class, so that renderers without CSS variables draw them too;
 * on a dark ground the same classes get other colours. Everything hangs below a class of the theme, because several
 * figures may stand in one page.
 */
export function styleSheet(theme: SvgTheme): string {
  const scope = `.sonde-${theme}`;
  const fixed = [
    `${scope}{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;` +
    `font-size:${FONT.tick}px;font-variant-numeric:tabular-nums}`,
    `${scope} .title{font-size:${FONT.title}px;font-weight:650}`,
    `${scope} .subtitle{font-size:${FONT.subtitle}px}`,
    `${scope} .panel{font-size:${FONT.panel}px;font-weight:600}`,
    `${scope} .label{font-size:${FONT.label}px}`,
    `${scope} .line{fill:none;stroke-width:1.5;stroke-linejoin:round;stroke-linecap:round}`,
    `${scope} .halo{paint-order:stroke;stroke-width:3px;stroke-linejoin:round}`,
    `${scope} .pixels{image-rendering:pixelated;image-rendering:crisp-edges;image-rendering:pixelated}`,
  ];
  const coloured = theme === "auto"
    ? [...rules(scope, THEMES.light), `@media (prefers-color-scheme:dark){${rules(scope, THEMES.dark).join("")}}`]
    : rules(scope, THEMES[theme]);
  return [...fixed, ...coloured].join("\n");
}

function rules(scope: string, theme: Theme): string[] {
  return [
    `${scope} .ground{fill:${theme.ground}}`,
    `${scope} .ink{fill:${theme.ink}}`,
    `${scope} .muted{fill:${theme.muted}}`,
    `${scope} .grid{stroke:${theme.grid}}`,
    `${scope} .axis{stroke:${theme.muted}}`,
    `${scope} .empty{fill:${theme.empty}}`,
    `${scope} .halo{stroke:${theme.ground}}`,
    `${scope} .accent{fill:${theme.accent}}`,
    `${scope} .accent-line{stroke:${theme.accent};fill:none}`,
    `${scope} .shade{fill:${theme.accent};fill-opacity:.13}`,
    ...theme.series.flatMap((
      colour,
      k,
    ) => [`${scope} .s${k}{stroke:${colour}}`, `${scope} .d${k}{fill:${colour};stroke:none}`]),
  ];
}
