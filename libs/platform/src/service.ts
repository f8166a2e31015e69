import type { DescService } from '@bufbuild/protobuf';
import type { ConnectRouter } from '@connectrpc/connect';
import type { Type } from '@nestjs/common';
import type { Config } from './config/config.ts';
import type { EventHandler } from './events/consumer.ts';
import type { FastPath } from './http/fast-path.ts';
import type { Job } from './jobs/job.ts';
import type { MetricSource } from './telemetry/instruments.ts';
import type { Stream } from './realtime/stream.ts';

/** Adds a service's procedures to a router (see `contracts/proto`). */
export type RpcRoutes = { register(router: ConnectRouter): void };

/** Something that runs from the start of a service to its end. */
export type Worker = { start(): Promise<void> | void; stop(): Promise<void> };

/**
 * A service: its name, its Nest module, and which of the module's providers the platform has to connect: to the events
 * of other services, to the clock, and to callers over RPC.
 */
export type Service = {
  name: string;
  module: Type;
  /** Stores personal data or secrets: its providers may inject `Encryption`, and the start fails without a master key. */
  encrypts?: boolean;
  /** Optional variables of the configuration that this service reads and others do not: a process of its own is given them. */
  reads?: readonly (keyof Config)[];
  events?: readonly Type<EventHandler>[];
  jobs?: readonly Type<Job>[];
  rpc?: readonly Type<RpcRoutes>[];
  /** Contracts of other services that it calls: the start fails if one of them can be reached neither here nor elsewhere. */
  calls?: readonly DescService[];
  /** Second ways to its routes that are asked for most. */
  fastPaths?: readonly Type<FastPath>[];
  workers?: readonly Type<Worker>[];
  /** What it tells Prometheus of itself, beside what the platform tells of every service. */
  metrics?: readonly Type<MetricSource>[];
  /** What it tells over WebSockets as it happens. */
  stream?: Type<Stream>;
};
