import type { Link, Part } from "./link";

/** The link of a served page: one request a question, its answer one JSON object a line. */
export function httpLink(token: string): Link {
  return {
    async ask(question, onPart, signal) {
      try {
        const answer = await fetch("/ask", {
          method: "POST",
          headers: { "Content-Type": "application/json", "X-Steepest-Token": token },
          body: JSON.stringify(question),
          signal,
        });
        if (answer.body === null) throw new Error("an empty answer");
        await readLines(answer.body, (line) => onPart(JSON.parse(line) as Part));
      } catch (error) {
        if (signal.aborted) return;
        onPart({
          part: "refused",
          words: `Python does not answer (${String(error)}); is \`steepest lab\` still running?`,
        });
      }
    },
  };
}

async function readLines(
  body: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") onLine(line);
    if (done) break;
  }
  if (rest.trim() !== "") onLine(rest);
}
