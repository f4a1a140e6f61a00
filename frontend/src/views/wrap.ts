import type { Pen, TextStyle } from "../pen/pen";

/** Words in lines no wider than so many pixels; one word too long for a line stays whole. */
export function wrapped(pen: Pen, words: string, width: number, style: TextStyle): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of words.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && pen.measure(longer, style) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line === "" ? lines : [...lines, line];
}

/** A name, cut with "…" before its end where it is wider: "….attn.query". */
export function fittedEnd(pen: Pen, name: string, width: number, style: TextStyle): string {
  if (pen.measure(name, style) <= width) return name;
  for (let cut = 1; cut < name.length; cut += 1) {
    const short = `…${name.slice(cut)}`;
    if (pen.measure(short, style) <= width) return short;
  }
  return "…";
}

/** The words, cut with "…" where they are wider than so many pixels. */
export function fitted(pen: Pen, words: string, width: number, style: TextStyle): string {
  if (pen.measure(words, style) <= width) return words;
  for (let kept = words.length - 1; kept > 0; kept -= 1) {
    const short = `${words.slice(0, kept).trimEnd()}…`;
    if (pen.measure(short, style) <= width) return short;
  }
  return "…";
}
