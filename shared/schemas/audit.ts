import { Type } from 'typebox';
import { type AuditValues, auditedThings, type Actor as DomainActor } from '../domain/audit.ts';
import { instant, oneOf, prosumerId } from './common.ts';

const kinds = ['caller', 'system'] as const satisfies readonly DomainActor['kind'][];

function values(description: string) {
  return Type.Optional(
    Type.Unsafe<AuditValues>({ type: 'object', additionalProperties: true, description }),
  );
}

/** Who changes something. */
export const Actor = Type.Object(
  {
    kind: oneOf(kinds, 'A caller of the API, or a function that the app runs by itself.'),
    id: Type.String({ description: 'Id of the caller, or name of the function.' }),
  },
  { title: 'Actor', description: 'Who did it.' },
);

/** One change: who, what, when, before and after. */
export const AuditEntry = Type.Object(
  {
    id: Type.String({ description: 'Id of the entry.' }),
    at: instant('When it was changed.'),
    by: Actor,
    action: Type.String({ description: 'What was done to it: `created`, `changed` …' }),
    thing: Type.Object(
      {
        kind: oneOf(auditedThings, 'What it is.'),
        id: Type.String({ description: 'Its id; of a tariff, from when on it is valid.' }),
      },
      { description: 'What was changed.' },
    ),
    before: values('The fields that the change concerns, as they were; absent: there was nothing.'),
    after: values('The same, as they are since; absent: there is nothing any more.'),
    personal: Type.Optional(
      Type.Object(
        {
          prosumerId,
          before: values('As it was.'),
          after: values('As it is since.'),
        },
        {
          description:
            'What is personal of it, kept apart; absent: nothing, or it was erased with the personal data of its prosumer.',
        },
      ),
    ),
  },
  { title: 'AuditEntry', description: 'A change by a person or by the app.' },
);
