import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { appRole, databaseUserScript, sidOf } from '../../infra/databaseUser.ts';

const clientId = '00112233-4455-6677-8899-aabbccddeeff';

test('a sid has the bytes of a GUID as SQL Server orders them', () => {
  expect(sidOf(clientId)).toBe('0x33221100554477668899AABBCCDDEEFF');
});

test.each(['', 'x', '00112233-4455-6677-8899-aabbccddeef', `${clientId}'`])(
  'a client id that is no GUID is refused: %s',
  (text) => expect(() => sidOf(text)).toThrow(RangeError),
);

test.each(['', "a'; DROP TABLE postings --", 'a]b', 'name with spaces'])(
  'a name that would need quoting is refused: %s',
  (name) => expect(() => databaseUserScript(name, clientId)).toThrow(RangeError),
);

test('the user gets the role that the migrations make, and nothing else', () => {
  const script = databaseUserScript('id-prod-abc', clientId);
  expect(script.match(/ALTER ROLE \w+/g)).toEqual([`ALTER ROLE ${appRole}`]);
  expect(script).not.toMatch(/GRANT|db_owner|db_ddladmin|sysadmin/i);
  const migration = new URL('../../infra/sql/0003-app-role.sql', import.meta.url);
  expect(readFileSync(migration, 'utf8')).toContain(`CREATE ROLE ${appRole};`);
});
