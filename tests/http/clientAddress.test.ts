import { expect, test } from '@jest/globals';
import { clientAddress } from '../../shared/http/clientAddress.ts';

test.each([
  [undefined, 'unknown'],
  ['', 'unknown'],
  ['nonsense', 'unknown'],
  ['256.1.1.1', 'unknown'],
  ['1.2.3.4,', 'unknown'],
  ['1.2.3.4', '1.2.3.4'],
  ['1.2.3.4:5678', '1.2.3.4'],
  ['9.9.9.9, 1.2.3.4:5678', '1.2.3.4'],
  ['1.2.3.4, made up', 'unknown'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::'],
  ['[2001:0DB8:1:2::9]:443', '2001:db8:1:2::'],
  ['2001:db8::1', '2001:db8:0:0::'],
  ['::1', '0:0:0:0::'],
  ['fe80::1%eth0', 'fe80:0:0:0::'],
  ['::ffff:1.2.3.4', '1.2.3.4'],
  [`${'1.1.1.1,'.repeat(300)}1.2.3.4`, 'unknown'],
])('%s is %s', (header, address) => {
  const headers = new Headers(header === undefined ? {} : { 'x-forwarded-for': header });
  expect(clientAddress(headers)).toBe(address);
});
