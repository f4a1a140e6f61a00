import { readable } from "../numerics/readable";
import { button, make, mark, say } from "../shell/dom";
import { type Icon, icon } from "../shell/icons";
import type { Player } from "../shell/player";
import { rowAt } from "../views/rows";
import type { Scene } from "../views/scene";
import { type Act, type Control } from "./control";
import { unique } from "./fields";

/** Play, pause, step, step back, scrub: the bar that every view follows. */
export function transport(act: Act, scene: () => Scene | null, player: Player): Control {
  const go = (row: number): void => {
    const now = scene();
    if (now === null) return;
    player.pause();
    const last = now.record.step.length - 1;
    act({ look: { at: now.record.step[Math.max(0, Math.min(row, last))] } });
  };
  const shown = (): number => {
    const now = scene();
    return now === null ? 0 : rowAt(now.record, now.look.at);
  };
  const play = button("", () => (player.playing ? player.pause() : player.play()), {
    class: "play",
  });
  const [playSign, pauseSign, playWord] = [icon("play"), icon("pause"), make("span")];
  play.append(playSign, pauseSign, playWord);
  const id = unique("scrub");
  const scrub = make("input", {
    type: "range",
    min: 0,
    step: 1,
    id,
    class: "scrub",
    "aria-label": "iteration",
  });
  scrub.addEventListener("input", () => go(Number(scrub.value)));
  const where = make("output", { for: id, class: "where", "aria-live": "off" });
  const step = (sign: Icon, label: string, move: () => void): HTMLButtonElement => {
    const made = button("", move, { class: "icon", "aria-label": label, title: label });
    made.append(icon(sign));
    return made;
  };
  const element = make(
    "div",
    { class: "transport", role: "group", "aria-label": "iterations" },
    step("first", "to the first iteration", () => go(0)),
    step("back", "one iteration back", () => go(shown() - 1)),
    play,
    step("on", "one iteration on", () => go(shown() + 1)),
    step("last", "to the last iteration", () => go(Infinity)),
    scrub,
    where,
  );
  return {
    element,
    show(_state, now) {
      const rows = now.record.step.length - 1;
      mark(scrub, "max", String(rows));
      const place = String(rowAt(now.record, now.look.at));
      if (scrub.value !== place) scrub.value = place;
      const step = now.record.step[now.row];
      const loss = now.record.loss[now.row];
      const said = `iteration ${step.toLocaleString("en")} of ${now.record.steps.toLocaleString("en")}`;
      say(where, `${said} · J = ${loss === null ? "not finite" : readable(loss, 5)}`);
      mark(scrub, "aria-valuetext", said);
      say(playWord, player.playing ? "Pause" : "Play");
      playSign.toggleAttribute("hidden", player.playing);
      pauseSign.toggleAttribute("hidden", !player.playing);
    },
  };
}
