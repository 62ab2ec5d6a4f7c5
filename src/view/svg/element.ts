/** What an attribute may be; `undefined` and `false` leave it out. */
export type Attribute = string | number | undefined | false;

/** An element as text: numbers rounded to a hundredth of a pixel, all text escaped. Children are markup already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, Attribute>>,
  ...children: readonly string[]
): string {
  const written = Object.entries(attributes).filter(([, value]) => value !== undefined && value !== false)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? px(value) : escapeXml(String(value))}"`).join("");
  return children.length ? `<${name}${written}>${children.join("")}</${name}>` : `<${name}${written}/>`;
}

/** A line of text. */
export function textElement(attributes: Readonly<Record<string, Attribute>>, text: string): string {
  return element("text", attributes, escapeXml(text));
}

/** Text that cannot end its element or attribute; characters that XML forbids are left out. */
export function escapeXml(text: string): string {
  return text.toWellFormed()
    // deno-lint-ignore no-control-regex
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g, "")
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** A length on the page: at most two decimals, and never so far away that a renderer loses it. */
export function px(length: number): string {
  const near = Math.max(-32_000, Math.min(32_000, length));
  return String(Math.round(near * 100) / 100 + 0);
}

/** A circle as part of a path, so that many of them are one element. */
export function dot(x: number, y: number, r: number): string {
  return `M${px(x - r)} ${px(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;
}
