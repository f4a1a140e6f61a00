import type { Palette } from "../wire/palette";
import type { Setup } from "../wire/setup";

/** The palette that the reader's system asks for, now and whenever that changes. */
export interface Theme {
  readonly palette: Palette;
  end(): void;
}

/** host: gets the colours as variables, --ink, --paper, --shade-0 and so on. */
export function themeOf(setup: Setup, host: HTMLElement, onChange: () => void): Theme {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const wear = (): void => {
    const palette = dark.matches ? setup.palette.dark : setup.palette.light;
    for (const [name, colour] of Object.entries(palette)) {
      if (typeof colour === "string") host.style.setProperty(`--${name}`, colour);
    }
    host.style.setProperty("--ramp", `linear-gradient(90deg, ${palette.shades.join(",")})`);
    host.style.colorScheme = dark.matches ? "dark" : "light";
  };
  const changed = (): void => {
    wear();
    onChange();
  };
  wear();
  dark.addEventListener("change", changed);
  return {
    get palette() {
      return dark.matches ? setup.palette.dark : setup.palette.light;
    },
    end: () => dark.removeEventListener("change", changed),
  };
}
