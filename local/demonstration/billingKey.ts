import type { ReadStream } from 'node:tty';

/** Ctrl+C, which a terminal in raw mode hands on instead of ending the process. */
const interrupt = '\u0003';

/** Calls back when `b` is pressed in a terminal; elsewhere nothing is read. Answers how to end it. */
export function onBillingKey(input: ReadStream, bill: () => void): () => void {
  if (!input.isTTY) return () => undefined;
  const onData = (data: Buffer) => {
    const text = data.toString();
    if (text.includes(interrupt)) process.kill(process.pid, 'SIGINT');
    else if (text.toLowerCase().includes('b')) bill();
  };
  input.setRawMode(true);
  input.on('data', onData);
  // Alone it keeps no process running.
  input.unref();
  return () => {
    input.off('data', onData);
    input.setRawMode(false);
  };
}
