import css from "./page.css";

/** The lab's own room in the page, with its own styles, which no policy of the page forbids. */
export function dress(host: HTMLElement, ownPage: boolean): ShadowRoot {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheetOf(css)];
  const bare = "body { margin: 0; } #steepest-lab { min-height: 100vh; }";
  if (ownPage) document.adoptedStyleSheets = [sheetOf(bare)];
  return root;
}

function sheetOf(text: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
}
