import type { ErrorCode } from '@loyalnest/contracts/errors';
import type { SecuritySchemeObject } from '@nestjs/swagger';

/** What a guard adds to the description of the routes behind it. */
export type GuardDescription = {
  /** Ways in, by the name the document knows them under; any one of them suffices. */
  ways: Readonly<Record<string, SecuritySchemeObject>>;
  /** What it answers to those it keeps out. */
  problems: readonly ErrorCode[];
};

/** A guard that says in the API document whom it lets in. */
export type DescribedGuard = { readonly description: GuardDescription };

const problemsKey = Symbol('problems');

/**
 * Names the problems of a route for the API document. Those that follow from its guard, its parameters, its body and its
 * `Idempotency-Key` are added by themselves (see `api-document.ts`).
 */
export function ApiProblems(...codes: ErrorCode[]): MethodDecorator {
  return (_target, _name, descriptor) => {
    Reflect.defineMetadata(problemsKey, codes, descriptor.value as object);
  };
}

export function problemsOf(handler: object): readonly ErrorCode[] {
  return (Reflect.getMetadata(problemsKey, handler) as ErrorCode[] | undefined) ?? [];
}
