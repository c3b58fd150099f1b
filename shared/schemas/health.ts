import { Type } from 'typebox';
import { oneOf } from './common.ts';

export const Liveness = Type.Object(
  { status: oneOf(['live'], 'The process answers.') },
  { title: 'Liveness', description: 'That the process answers.' },
);

export const Readiness = Type.Object(
  {
    status: oneOf(['ready', 'unavailable'], '`ready` when every part is.'),
    parts: Type.Array(
      Type.Object({
        name: Type.String({ description: 'What the app stands on.' }),
        isReady: Type.Boolean({ description: 'Whether it answers.' }),
        reason: Type.Optional(Type.String({ description: 'Why it does not, without secrets.' })),
      }),
      { description: 'What the app stands on.' },
    ),
  },
  { title: 'Readiness', description: 'Whether the app can do its work.' },
);
