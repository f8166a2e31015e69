/** @type {(message: string) => void} */
let report = () => undefined;

/**
 * Browsers hide from a page what went wrong in a script of another origin, as this one is; so it is told directly.
 * @param {(message: string) => void} tell
 */
export function reportRefusals(tell) {
  report = tell;
}

/**
 * @param {string} name
 * @returns {never}
 */
export function refuse(name) {
  const message = `${name} is not simulated`;
  report(message);
  throw new Error(message);
}

/** Elements of App Bridge that would silently do nothing. */
export function defineNotSimulated() {
  for (const name of ['s-app-window', 's-page']) {
    customElements.define(
      name,
      class extends HTMLElement {
        connectedCallback() {
          refuse(`<${name}>`);
        }
      },
    );
  }
}

/**
 * Stands for a part of App Bridge that the simulator does not have: touching it is an error with its name.
 * @param {string} name
 * @returns {any}
 */
export function notSimulated(name) {
  return new Proxy(function () {}, {
    get: (_target, member) => (typeof member === 'symbol' ? undefined : refuse(`${name}.${member}`)),
    apply: () => refuse(name),
    set: (_target, member) => refuse(`${name}.${String(member)}`),
  });
}
