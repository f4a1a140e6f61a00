/** What keys do wherever the reader is on the page. */
export interface Keys {
  undo(): void;
  redo(): void;
  play(): void;
  /** Escape: back from an enlarged picture. */
  leave(): void;
}

/** Listen until the returned function is called. */
export function listenToKeys(host: HTMLElement, keys: Keys): () => void {
  const hear = (event: KeyboardEvent): void => {
    const target = event.composedPath()[0];
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !isWritten(target)) {
      if (event.shiftKey) keys.redo();
      else keys.undo();
    } else if (event.key === " " && (target === host || target === document.body)) keys.play();
    else if (event.key === "Escape") return keys.leave();
    else return;
    event.preventDefault();
  };
  document.addEventListener("keydown", hear);
  return () => document.removeEventListener("keydown", hear);
}

/** Whether the browser's own undo is meant: that of letters. */
function isWritten(target: EventTarget | undefined): boolean {
  return target instanceof HTMLInputElement && target.type === "text";
}
