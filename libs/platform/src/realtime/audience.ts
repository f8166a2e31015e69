import type { DeliveredEvent } from '../events/outbox.ts';
import type { Subscriber, Topic } from './realtime.ts';

/** Who hears what: those who want one key, and those who want all of a merchant. */
export class Audience {
  readonly #byTopic = new Map<string, Subscriber[]>();
  readonly #countByMerchant = new Map<number, number>();

  get isEmpty(): boolean {
    return this.#byTopic.size === 0;
  }

  /** Merchants of whom somebody wants to hear anything. */
  get merchantIds(): readonly number[] {
    return [...this.#countByMerchant.keys()];
  }

  get merchantCount(): number {
    return this.#countByMerchant.size;
  }

  add(subscriber: Subscriber): void {
    const { topic } = subscriber;
    const id = topicId(topic);
    const others = this.#byTopic.get(id);
    if (others) others.push(subscriber);
    else this.#byTopic.set(id, [subscriber]);
    this.#countByMerchant.set(topic.merchantId, (this.#countByMerchant.get(topic.merchantId) ?? 0) + 1);
  }

  remove(subscriber: Subscriber): void {
    const { topic } = subscriber;
    const id = topicId(topic);
    const all = this.#byTopic.get(id);
    const index = all?.indexOf(subscriber) ?? -1;
    if (!all || index < 0) return;
    if (all.length === 1) this.#byTopic.delete(id);
    else all.splice(index, 1);
    const count = this.#countByMerchant.get(topic.merchantId) ?? 0;
    if (count > 1) this.#countByMerchant.set(topic.merchantId, count - 1);
    else this.#countByMerchant.delete(topic.merchantId);
  }

  /** Events by the topics that somebody wants to hear of, in their order. */
  sort<Event extends DeliveredEvent>(
    events: readonly Event[],
  ): { subscribers: readonly Subscriber[]; events: Event[] }[] {
    const heard = new Map<string, { subscribers: readonly Subscriber[]; events: Event[] }>();
    for (const event of events) {
      for (const id of topicIdsOf(event)) {
        const subscribers = this.#byTopic.get(id);
        if (!subscribers) continue;
        const group = heard.get(id);
        if (group) group.events.push(event);
        // A copy: whoever is told may leave at once.
        else heard.set(id, { subscribers: [...subscribers], events: [event] });
      }
    }
    return [...heard.values()];
  }
}

function topicId({ merchantId, key }: Topic): string {
  return key === null ? String(merchantId) : `${merchantId}:${key}`;
}

function topicIdsOf({ merchantId, key }: DeliveredEvent): string[] {
  return [String(merchantId), `${merchantId}:${key}`];
}
