/**
 * The lab: one module that is the page, the notebook's widget and the exported file.
 *
 * A page holds `<div id="steepest-lab">` and its setup as JSON in `#steepest-setup`; a served
 * page also the token for questions in `#steepest-link`. A notebook calls `render`.
 */
import { httpLink } from "./link/http";
import { type WidgetModel, widgetLink } from "./link/widget";
import { type Lab, mount } from "./shell/mount";
import type { Setup } from "./wire/setup";

export { branchRecord, localProfile, localRecord } from "./numerics/record";

declare global {
  interface HTMLElement {
    /** The lab in this element, if one is. */
    lab?: Lab;
  }
}

function read<T>(id: string): T | null {
  const text = document.getElementById(id)?.textContent;
  return text ? (JSON.parse(text) as T) : null;
}

const host = document.getElementById("steepest-lab");
const setup = read<Setup>("steepest-setup");
if (host !== null && setup !== null) {
  const token = read<{ token: string }>("steepest-link")?.token;
  host.lab = mount(host, setup, token === undefined ? null : httpLink(token), true);
}

/** The notebook's door, as anywidget calls it; what it returns ends the lab. */
function render({ model, el }: { model: WidgetModel; el: HTMLElement }): () => void {
  const given = model.get("setup") as Setup;
  const lab = mount(el, given, given.link === "none" ? null : widgetLink(model), false);
  el.lab = lab;
  return () => lab.end();
}

export default { render };
