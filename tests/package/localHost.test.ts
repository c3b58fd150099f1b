import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { cleanUp, newDirectory } from '../endToEnd/app.ts';
import { endLeftProcesses, startHostProcess } from '../localHost/hostProcess.ts';

afterAll(() => {
  endLeftProcesses();
  cleanUp();
});

const script = join(import.meta.dirname, '..', '..', 'local', 'main.ts');
const emulator =
  'Endpoint=sb://localhost:9;SharedAccessKeyName=k;SharedAccessKey=k;UseDevelopmentEmulator=true;';

test('the local host sends to the queues that it receives from, whatever Service Bus is set', async () => {
  const dataDirectory = newDirectory();
  const args = ['--port', '0', '--data', dataDirectory, '--live'];
  const env = { SERVICE_BUS: emulator, BUS: 'serviceBus' };
  const host = startHostProcess({ dataDirectory, script, args, env });
  const answer = await fetch(`${await host.ready}/api/health/ready`);
  expect(await answer.json()).toMatchObject({
    status: 'ready',
    parts: [
      { name: 'smartGridInfo' },
      { name: 'traderInfo' },
      { name: 'prosumerInfo' },
      { name: 'documents' },
      { name: 'queues' },
      { name: 'chain' },
    ],
  });
  host.child.kill('SIGTERM');
  expect(await host.ended).toBe(0);
}, 30_000);
