import { portCount } from '@loyalnest/dev/distributed/layout';
import { Bed } from '../bed/bed.ts';
import { prepareShops } from '../bed/prepare.ts';
import type { Generator } from '../http/generator.ts';
import { Door } from './door.ts';
import { OutboxWatch } from './outbox-watch.ts';
import { keepCommitTimes } from './settings.ts';
import { startServices } from './start-services.ts';

/** One of the shapes on a PostgreSQL of its own. */
export type Side = { bed: Bed; door: Door; outbox: OutboxWatch };

/** What has to be closed, the last first. */
export type Closing = (() => Promise<void>)[];

export async function openOneProcess(generator: Generator, closing: Closing): Promise<Side> {
  const bed = await prepareBed(undefined, closing);
  await bed.startServer();
  return openSide(bed, generator, closing);
}

export async function openDistributed(generator: Generator, closing: Closing): Promise<Side> {
  const bed = await prepareBed(portCount, closing);
  const services = await startServices(bed);
  closing.push(() => services.stop());
  return openSide(bed, generator, closing);
}

async function prepareBed(ports: number | undefined, closing: Closing): Promise<Bed> {
  const bed = await Bed.make(ports === undefined ? {} : { ports });
  closing.push(() => bed.remove());
  await keepCommitTimes(bed.ownerUrl);
  await bed.restartPostgres();
  await prepareShops(bed.ownerUrl);
  return bed;
}

async function openSide(bed: Bed, generator: Generator, closing: Closing): Promise<Side> {
  const outbox = await OutboxWatch.open(bed.ownerUrl);
  closing.push(() => outbox.close());
  return { bed, door: new Door(bed, generator), outbox };
}
