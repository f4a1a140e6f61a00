/** The part of the page's address after #, kept up to date while things move. */
export interface Address {
  /** Have it written soon: at most a few times a second, as browsers want it. */
  note(): void;
  /** The whole address with what is shown at this moment. */
  now(): string;
  end(): void;
}

const PAUSE = 400;

/**
 * fragment: what is shown; onOther: the reader went to another fragment of this page; own: whether
 * the address is the lab's to write, which it is not in a notebook.
 */
export function addressOf(
  fragment: () => string,
  onOther: (fragment: string) => void,
  own: boolean,
): Address {
  let timer = 0;
  const write = (): void => {
    timer = 0;
    if (fragment() !== location.hash.slice(1)) history.replaceState(null, "", `#${fragment()}`);
  };
  const hear = (): void => {
    if (location.hash.slice(1) !== fragment()) onOther(location.hash);
  };
  if (own) window.addEventListener("hashchange", hear);
  return {
    note() {
      if (own && timer === 0) timer = window.setTimeout(write, PAUSE);
    },
    now: () => (own ? `${location.href.replace(/#.*/, "")}#${fragment()}` : `#${fragment()}`),
    end() {
      clearTimeout(timer);
      window.removeEventListener("hashchange", hear);
    },
  };
}
