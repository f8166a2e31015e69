import { runLoad, type Load } from './load.ts';

// The load generator's process: one load per message, its result or failure as the answer.
process.on('message', (load: Load) => {
  runLoad(load).then(
    (result) => process.send?.({ result }),
    (error: Error) => process.send?.({ failure: error.stack ?? error.message }),
  );
});
