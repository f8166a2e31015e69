/**
 * @param {string} name
 * @returns {never}
 */
export function refuse(name) {
  throw new Error(`${name} is not simulated`);
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
