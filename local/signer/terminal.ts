import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { SignerError } from './signerError.ts';

/** Whoever sits before the signer: asked in the open, or for what must not be seen. */
export type Terminal = {
  show(text: string): void;
  ask(question: string): Promise<string>;
  /** The same without an echo of what is typed. */
  askSecret(question: string): Promise<string>;
  close(): void;
};

/** Asks over stdin and stderr, also where they are no terminal: then every line is an answer. */
export function openTerminal(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Terminal {
  let isHidden = false;
  const echo = new Writable({
    write(chunk, _encoding, done) {
      if (!isHidden) output.write(chunk);
      done();
    },
  });
  let lines: Interface | undefined;
  let answers: AsyncIterator<string> | undefined;
  const next = async () => {
    // Opened at the first question: who is asked nothing may leave stdin to others.
    lines ??= createInterface({ input, output: echo, terminal: input.isTTY === true });
    answers ??= lines[Symbol.asyncIterator]();
    const answer = await answers.next();
    if (answer.done === true) throw new SignerError('There was no answer.');
    return answer.value;
  };
  return {
    show: (text) => {
      output.write(text);
    },
    async ask(question) {
      output.write(question);
      return next();
    },
    async askSecret(question) {
      output.write(question);
      isHidden = true;
      try {
        return await next();
      } finally {
        isHidden = false;
        output.write('\n');
      }
    },
    close: () => lines?.close(),
  };
}
