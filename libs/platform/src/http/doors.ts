import { createConnectRouter } from '@connectrpc/connect';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { ModulesContainer } from '@nestjs/core';
import type { OpenApp } from '../run.ts';

/** Where a process can be entered; what stands in front of several sorts requests by it. */
export type Doors = {
  /** Addresses of all controllers, parameters as `:name`. */
  paths: string[];
  /** Address of the WebSocket. */
  sockets: string[];
  /** Full names of the services that answer over gRPC. */
  rpc: string[];
};

/** Reads the routes from what Nest knows, so that a new controller is a door by itself. */
export function doorsOf({ app, rooms, routes }: OpenApp): Doors {
  const router = createConnectRouter();
  routes(router);
  return {
    paths: [...new Set(controllersOf(app).flatMap(pathsOf))].sort(),
    sockets: rooms.flatMap(({ service }) => (service.stream ? [app.get(service.stream, { strict: false }).path] : [])),
    rpc: [...new Set(router.handlers.map(({ service }) => service.typeName))].sort(),
  };
}

type Controller = { prototype: object };

function controllersOf(app: OpenApp['app']): Controller[] {
  return [...app.get(ModulesContainer).values()].flatMap((module) =>
    [...module.controllers.values()].flatMap(({ metatype }) => (typeof metatype === 'function' ? [metatype] : [])),
  );
}

function pathsOf(controller: Controller): string[] {
  const base = pathIn(controller);
  const prototype = controller.prototype as Record<string, unknown>;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler = prototype[name];
    if (typeof handler !== 'function' || Reflect.getMetadata(METHOD_METADATA, handler) === undefined) return [];
    return [
      `/${[base, pathIn(handler)]
        .map((part) => part.replace(/^\/|\/$/g, ''))
        .filter(Boolean)
        .join('/')}`,
    ];
  });
}

function pathIn(target: object): string {
  const path = Reflect.getMetadata(PATH_METADATA, target) as string | string[] | undefined;
  return (Array.isArray(path) ? path[0] : path) ?? '';
}
