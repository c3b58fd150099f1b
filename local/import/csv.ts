/** A record of a CSV file. `line` is the 1-based line it starts on; `raw` is its text as it stands. */
export type CsvRecord = {
  readonly line: number;
  readonly raw: string;
} & ({ readonly fields: readonly string[] } | { readonly problem: string });

export type CsvParser = {
  /** Takes the next piece of text, cut anywhere, and answers the records that it completes. */
  push(text: string): readonly CsvRecord[];
  /** Answers what the last line without a line break still held. */
  end(): readonly CsvRecord[];
};

/**
 * A record may span lines only up to this many characters: a quotation mark that nobody closed costs
 * its own line, not the rest of the file.
 */
export const recordLengthMax = 65_536;

/**
 * Reads CSV as RFC 4180 has it (comma, quoted fields, doubled quotation marks), also with line feeds
 * alone and a byte order mark. Blank lines are passed over. A malformed line is answered as a record
 * with a `problem`, and reading goes on with the next line.
 */
export function createCsvParser(): CsvParser {
  let pending = '';
  let nextLine = 1;
  let isAtStart = true;

  function drain(isLast: boolean): readonly CsvRecord[] {
    const records: CsvRecord[] = [];
    let from = 0;
    while (from < pending.length) {
      const lineEnd = pending.indexOf('\n', from);
      if (lineEnd < 0 && !isLast && pending.length - from <= recordLengthMax) break;
      const read = readRecord(pending, from, lineEnd < 0 ? pending.length : lineEnd, isLast);
      if (read === 'incomplete') break;
      const raw = withoutReturn(pending.slice(from, read.end));
      if (raw !== '') {
        const place = { line: nextLine, raw };
        records.push('fields' in read ? { ...place, fields: read.fields } : { ...place, ...read });
      }
      nextLine += read.lineCount;
      from = read.end + 1;
    }
    pending = pending.slice(from);
    return records;
  }

  return {
    push(text) {
      if (isAtStart && text !== '') {
        isAtStart = false;
        pending = text.startsWith('\uFEFF') ? text.slice(1) : text;
      } else {
        pending += text;
      }
      return drain(false);
    },
    end: () => drain(true),
  };
}

type ReadRecord = { readonly end: number; readonly lineCount: number } & (
  | { readonly fields: readonly string[] }
  | { readonly problem: string }
);

/** Reads the record at `from`; `lineEnd` is where its first line ends. */
function readRecord(
  text: string,
  from: number,
  lineEnd: number,
  isLast: boolean,
): ReadRecord | 'incomplete' {
  const line = withoutReturn(text.slice(from, lineEnd));
  if (lineEnd - from > recordLengthMax) {
    return { end: lineEnd, lineCount: 1, problem: `longer than ${recordLengthMax} characters` };
  }
  if (!line.includes('"')) return { end: lineEnd, lineCount: 1, fields: line.split(',') };
  const mayGoOn = !isLast && text.length - from <= recordLengthMax;
  const read = readQuoted(text, from);
  if (read === 'unclosed') {
    if (mayGoOn) return 'incomplete';
    return { end: lineEnd, lineCount: 1, problem: 'a quotation mark is not closed' };
  }
  if ('problem' in read) return { ...read, end: lineEnd, lineCount: 1 };
  // Without a line break after it a mark at the very end may be the first of two.
  return read.end === text.length && mayGoOn ? 'incomplete' : read;
}

/** Reads a record that has quotation marks, character by character where it must. */
function readQuoted(text: string, from: number): ReadRecord | 'unclosed' {
  const fields: string[] = [];
  const stop = Math.min(text.length, from + recordLengthMax);
  let lineCount = 1;
  let at = from;
  while (true) {
    if (text[at] === '"') {
      const field = readQuotedField(text, at, stop);
      if (field === 'unclosed') return 'unclosed';
      fields.push(field.value);
      lineCount += field.lineBreaks;
      at = field.end;
      if (text[at] === '\r' && (text[at + 1] === '\n' || at + 1 === text.length)) at += 1;
      if (at < text.length && text[at] !== ',' && text[at] !== '\n') {
        return { end: at, lineCount, problem: 'text after a closing quotation mark' };
      }
    } else {
      const end = endOfField(text, at);
      const value = text.slice(at, end);
      if (value.includes('"')) {
        return { end: at, lineCount, problem: 'a quotation mark inside an unquoted field' };
      }
      fields.push(text[end] === ',' ? value : withoutReturn(value));
      at = end;
    }
    if (text[at] !== ',') return { end: at, lineCount, fields };
    at += 1;
  }
}

function readQuotedField(text: string, from: number, stop: number) {
  let value = '';
  let lineBreaks = 0;
  let at = from + 1;
  while (true) {
    const mark = text.indexOf('"', at);
    if (mark < 0 || mark >= stop) return 'unclosed';
    const part = text.slice(at, mark);
    value += part;
    lineBreaks += part.split('\n').length - 1;
    if (text[mark + 1] !== '"') return { value, lineBreaks, end: mark + 1 };
    value += '"';
    at = mark + 2;
  }
}

function endOfField(text: string, from: number): number {
  const lineEnd = text.indexOf('\n', from);
  const end = lineEnd < 0 ? text.length : lineEnd;
  const comma = text.indexOf(',', from);
  return comma < 0 || comma > end ? end : comma;
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
