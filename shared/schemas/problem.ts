import { type Static, Type } from 'typebox';
import type { DeepReadonly } from './input.ts';

/** RFC 9457, with the stable `code` and the places of a malformed request. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'URI of the kind of problem.' }),
    title: Type.String({ description: 'What kind of problem it is, in words.' }),
    status: Type.Integer({ description: 'HTTP status.' }),
    detail: Type.String({ description: 'What happened, to which thing, and what to do.' }),
    code: Type.String({ description: 'Stable name of the problem, in snake_case.' }),
    instance: Type.Optional(Type.String({ description: 'URI of this occurrence.' })),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          pointer: Type.String({
            description: 'JSON pointer into the body, or the name of a parameter.',
          }),
          detail: Type.String({ description: 'What is wrong there.' }),
        }),
        { description: 'Where the request is wrong.' },
      ),
    ),
  },
  { title: 'Problem', description: 'An error, as RFC 9457 has it.' },
);
export type ProblemBody = DeepReadonly<Static<typeof Problem>>;
