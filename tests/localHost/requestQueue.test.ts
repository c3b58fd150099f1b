import { setImmediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { type Admission, createRequestQueue } from '../../local/host/requestQueue.ts';

function admitted(admission: Admission | undefined): Admission {
  if (admission === undefined) throw new Error('it was not let in');
  return admission;
}

test('as many run at once as may, the others in the order in which they came', async () => {
  const queue = createRequestQueue({ concurrentMax: 2, outstandingMax: 9, bodyBytesMax: 9 });
  const ran: number[] = [];
  const requests = [0, 1, 2, 3].map((number) => {
    const admission = admitted(queue.admit(0));
    return { admission, done: admission.turn().then(() => void ran.push(number)) };
  });
  await Promise.all(requests.slice(0, 2).map(({ done }) => done));
  expect(ran).toEqual([0, 1]);
  requests[1]?.admission.leave();
  await requests[2]?.done;
  expect(ran).toEqual([0, 1, 2]);
  requests[0]?.admission.leave();
  await requests[3]?.done;
  expect(ran).toEqual([0, 1, 2, 3]);
});

test('nobody is let in beyond the number or the bytes, and again once others have left', () => {
  const queue = createRequestQueue({ concurrentMax: 1, outstandingMax: 2, bodyBytesMax: 100 });
  const first = admitted(queue.admit(60));
  expect(queue.admit(41)).toBeUndefined();
  const second = admitted(queue.admit(40));
  expect(queue.admit(0)).toBeUndefined();
  second.leave();
  admitted(queue.admit(0));
  first.leave();
  admitted(queue.admit(100));
});

test('whoever comes at the same time is counted before one of them runs', async () => {
  const queue = createRequestQueue({ concurrentMax: 9, outstandingMax: 2, bodyBytesMax: 9 });
  const came = [1, 2, 3].map(async () => {
    const admission = queue.admit(0);
    await admission?.turn();
    admission?.leave();
    return admission !== undefined;
  });
  await Promise.resolve();
  expect(queue.admit(0)).toBeUndefined();
  expect(await Promise.all(came)).toEqual([true, true, false]);
  admitted(queue.admit(0));
});

test('who leaves without having had its turn gives no turn away', async () => {
  const queue = createRequestQueue({ concurrentMax: 1, outstandingMax: 9, bodyBytesMax: 9 });
  const first = admitted(queue.admit(0));
  await first.turn();
  admitted(queue.admit(0)).leave();
  let hasRun = false;
  const second = admitted(queue.admit(0));
  const turn = second.turn().then(() => {
    hasRun = true;
  });
  await setImmediate();
  expect(hasRun).toBe(false);
  first.leave();
  await turn;
});

test('whose answer is on its way has no turn, but is counted until it has left', async () => {
  const queue = createRequestQueue({ concurrentMax: 1, outstandingMax: 2, bodyBytesMax: 9 });
  const first = admitted(queue.admit(0));
  await first.turn();
  first.endTurn();
  const second = admitted(queue.admit(0));
  await second.turn();
  expect(queue.admit(0)).toBeUndefined();
  first.leave();
  const third = admitted(queue.admit(0));
  let hasRun = false;
  const turn = third.turn().then(() => {
    hasRun = true;
  });
  // That the first one left gave no second turn away.
  await setImmediate();
  expect(hasRun).toBe(false);
  second.leave();
  await turn;
});
