/**
 * What both sides of the frame say to each other; everything else that arrives is not for them.
 * @typedef {{ protocol: string, kind: 'tell', name: string, data: unknown }
 *   | { protocol: string, kind: 'ask', id: number, name: string, data: unknown }
 *   | { protocol: string, kind: 'answer', id: number, data: unknown }
 *   | { protocol: string, kind: 'refusal', id: number, reason: string }} Message
 */
/** @typedef {Record<string, (data: any) => unknown>} Handlers */
/**
 * @typedef {object} Channel
 * @property {(name: string, data?: unknown) => void} tell
 * @property {(name: string, data?: unknown) => Promise<unknown>} ask What the other side's handler of this name gives back; rejects with its reason.
 * @property {(message: unknown) => void} receive Takes what arrived; whether it comes from the right window and origin is the caller's to check.
 */

const PROTOCOL = 'simulated-app-bridge/1';

/**
 * One end of the conversation between the admin's page and the app in its frame; both ends are alike.
 * @param {(message: Message) => void} post
 * @param {Handlers} handlers
 * @returns {Channel}
 */
export function createChannel(post, handlers) {
  /** @type {Map<number, { resolve: (data: unknown) => void, reject: (error: Error) => void }>} */
  const questions = new Map();
  let lastId = 0;

  const handle = async (/** @type {string} */ name, /** @type {unknown} */ data) => {
    const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
    if (!handler) throw new Error(`${name} is not simulated`);
    return handler(data);
  };

  /** @param {{ id: number, name: string, data: unknown }} question */
  const answer = async ({ id, name, data }) => {
    try {
      post({ protocol: PROTOCOL, kind: 'answer', id, data: await handle(name, data) });
    } catch (error) {
      post({ protocol: PROTOCOL, kind: 'refusal', id, reason: error instanceof Error ? error.message : String(error) });
    }
  };

  return {
    tell: (name, data) => post({ protocol: PROTOCOL, kind: 'tell', name, data }),
    ask(name, data) {
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        questions.set(id, { resolve, reject });
        post({ protocol: PROTOCOL, kind: 'ask', id, name, data });
      });
    },
    receive(message) {
      if (!isMessage(message)) return;
      if (message.kind === 'tell') {
        void handle(message.name, message.data);
        return;
      }
      if (message.kind === 'ask') {
        void answer(message);
        return;
      }
      const question = questions.get(message.id);
      questions.delete(message.id);
      if (message.kind === 'answer') question?.resolve(message.data);
      else question?.reject(new Error(message.reason));
    },
  };
}

/**
 * @param {unknown} message
 * @returns {message is Message}
 */
function isMessage(message) {
  return typeof message === 'object' && message !== null && 'protocol' in message && message.protocol === PROTOCOL;
}
