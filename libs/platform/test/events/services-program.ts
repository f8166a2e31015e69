import { startServices, type ServicesOptions } from './event-services.ts';

/** Services in a process of their own, so that a test can kill it. Takes its options as the first message of its parent. */
process.once('message', (options: ServicesOptions) => {
  void startServices(options).then(({ signals }) => {
    // What was committed elsewhere is made known by a message.
    process.on('message', () => signals.forEach((signal) => signal.committed()));
    process.send?.('started');
  });
});
