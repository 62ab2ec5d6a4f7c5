import { escapeXml } from "../svg/element.ts";

/**
 * An SVG document as an image element, text and all.
 *
 * @param says what is seen, for those who cannot see it
 */
export function imageHtml(svg: string, says: string): string {
  const width = /^<svg[^>]* width="([\d.]+)"/.exec(svg)?.[1];
  const size = width ? ` width="${width}"` : "";
  return `<p><img alt="${escapeXml(says)}"${size} src="data:image/svg+xml;charset=utf-8,${urlText(svg)}"></p>`;
}

/** Only what a data URL in an attribute cannot hold is written in hexadecimal, which keeps it short. */
function urlText(svg: string): string {
  return svg.replaceAll(/[%#<>"&\n\r\t]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);
}
