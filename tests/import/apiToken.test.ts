import { expect, test } from '@jest/globals';
import { createApiClient } from '../../local/apiClient.ts';
import { tokenFrom } from '../../local/tokenFrom.ts';

/** Answers nothing but what it was sent. */
function listening() {
  const sent: (string | null)[] = [];
  const answer: typeof fetch = async (_, init) => {
    sent.push(new Headers(init?.headers).get('authorization'));
    return new Response('{}');
  };
  return { sent, fetch: answer };
}

test.each(['https://api.example/api', 'http://127.0.0.1:7071/api', 'http://localhost:7071/api'])(
  'a token of the environment goes with each request to %s',
  async (url) => {
    const { sent, fetch } = listening();
    const client = createApiClient({ url, fetch, ...tokenFrom({ API_TOKEN: ' abc\n' }) });
    await client.get('/grids');
    await client.post('/grids', {});
    expect(sent).toEqual(['Bearer abc', 'Bearer abc']);
  },
);

test('to another machine it goes over https alone', () => {
  const token = tokenFrom({ API_TOKEN: 'abc' });
  expect(() => createApiClient({ url: 'http://api.example/api', ...token })).toThrow('https');
});

test.each([{}, { API_TOKEN: '' }, { API_TOKEN: ' ' }])(
  'without one nothing goes: %j',
  async (env) => {
    const { sent, fetch } = listening();
    await createApiClient({ url: 'http://api.example/api', fetch, ...tokenFrom(env) }).get(
      '/grids',
    );
    expect(sent).toEqual([null]);
  },
);
