import type { Change, State } from "../state/state";
import type { Scene } from "../views/scene";

/** A piece of the page that a reader changes something with, or reads. */
export interface Control {
  readonly element: HTMLElement;
  /** Bring it up to date; called after every change. */
  show(state: State, scene: Scene): void;
}

/** How a control changes the state; a change of half a value is worked out from the state of now. */
export type Act = (change: Change | ((state: State) => Change)) => void;
