import { eventTypes } from '@loyalnest/contracts/events';
import { brokerReader } from '../cursor.ts';
import { consumersOf, type ConnectOptions, type EventLag, type EventPaths } from '../event-paths.ts';
import { readOutboxLag } from '../outbox-lag.ts';
import { Relay, type Destination } from '../relay.ts';
import { brokersOf } from './client.ts';
import { KafkaLag } from './kafka-lag.ts';
import { KafkaListener } from './kafka-listener.ts';
import { KafkaProducer } from './kafka-producer.ts';
import { toMessage } from './message.ts';
import { topicOf } from './topics.ts';

/** Events per delivery. An answer of the broker takes as long for many as for few. */
const batchMax = 1_000;

/** One relay for each service of this process that publishes, and one listener for each that hears. */
export function connectKafka(options: ConnectOptions, setting: string): EventPaths {
  const brokers = brokersOf(setting);
  const publishers = options.rooms.filter(({ service }) => eventTypes.some((type) => type.service === service.name));
  const sending = publishers.map((room) => {
    const source = room.service.name;
    const topic = topicOf(source);
    const producer = new KafkaProducer({ brokers, topic });
    const destination = {
      name: brokerReader,
      batchMax,
      ready: () => producer.ready(),
      take: (events) => producer.send(events.map((event) => toMessage(topic, event))),
    } satisfies Destination;
    const relay = new Relay({ source, database: room.database, destination, logger: room.logger });
    room.signal.onCommit(() => relay.nudge());
    return { room, producer, relay };
  });
  const listeners = consumersOf(options).map(({ room, consumer, sources }) => ({
    consumer,
    sources,
    listener: new KafkaListener({ brokers, sources, consumer, logger: room.logger }),
  }));
  const kafkaLag = new KafkaLag(brokers);

  return {
    relays: sending.map(({ relay }) => relay),
    start() {
      for (const { relay } of sending) relay.start();
      for (const { listener } of listeners) listener.start();
    },
    async stop() {
      await Promise.all(listeners.map(({ listener }) => listener.stop()));
      await Promise.all(sending.map(({ relay }) => relay.stop()));
      await Promise.all(sending.map(({ producer }) => producer.close()));
      await kafkaLag.close();
    },
    async lag() {
      const unsent = sending.map(({ room }) => readOutboxLag(room.database, room.service.name, brokerReader));
      const unheard = listeners.map(async ({ consumer, sources }): Promise<EventLag[]> => {
        const waiting = await kafkaLag.of(consumer.name, sources);
        return [...waiting].map(([source, events]) => ({ source, consumer: consumer.name, events }));
      });
      return [...(await Promise.all(unsent)), ...(await Promise.all(unheard)).flat()];
    },
  };
}
