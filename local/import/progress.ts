/** Where progress is shown: a terminal gets a bar that moves, a file or a pipe a line now and then. */
export type ProgressOutput = {
  write(text: string): unknown;
  readonly isTTY?: boolean;
};

export type Progress = {
  /** `fraction` from 0 to 1. */
  show(fraction: number, note: string): void;
  /** Writes a line of its own, above the bar. */
  say(line: string): void;
  /** Takes the bar away. */
  end(): void;
};

const barWidth = 30;
const barIntervalMs = 100;
const lineIntervalMs = 5_000;

/** Shows how far something is. `nowMs` tells the time, in milliseconds. */
export function createProgress(output: ProgressOutput, nowMs: () => number): Progress {
  const isTerminal = output.isTTY === true;
  const intervalMs = isTerminal ? barIntervalMs : lineIntervalMs;
  let shownAt = Number.NEGATIVE_INFINITY;
  let isBarShown = false;

  function clear(): void {
    if (isBarShown) output.write('\r\u001b[2K');
    isBarShown = false;
  }

  return {
    show(fraction, note) {
      const now = nowMs();
      if (now - shownAt < intervalMs) return;
      shownAt = now;
      const percent = `${String(Math.floor(fraction * 100)).padStart(3)} %`;
      if (!isTerminal) {
        output.write(`${percent}  ${note}\n`);
        return;
      }
      clear();
      output.write(`${bar(fraction)} ${percent}  ${note}`);
      isBarShown = true;
    },
    say(line) {
      clear();
      output.write(`${line}\n`);
    },
    end: clear,
  };
}

function bar(fraction: number): string {
  const full = Math.round(Math.min(Math.max(fraction, 0), 1) * barWidth);
  return `${'█'.repeat(full)}${'░'.repeat(barWidth - full)}`;
}
